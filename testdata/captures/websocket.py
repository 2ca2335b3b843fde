"""Opens a WebSocket on a local port (RFC 6455), sends each text and reads its echo.

usage: websocket.py PORT TEXT...
"""
import socket
import sys

port, texts = int(sys.argv[1]), [t.encode() for t in sys.argv[2:]]
MASK = b"kit!"

conn = socket.create_connection(("127.0.0.1", port))
conn.sendall(
    b"GET /upgrade HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % port
)
stream = conn.makefile("rb")
status = stream.readline()
if b" 101 " not in status:
    sys.exit(f"not upgraded: {status!r}")
while stream.readline() != b"\r\n":
    pass
for text in texts:
    masked = bytes(b ^ MASK[i % 4] for i, b in enumerate(text))
    conn.sendall(bytes([0x81, 0x80 | len(text)]) + MASK + masked)
    echo = stream.read(2 + len(text))
    if echo[2:] != text:
        sys.exit(f"echo differs: {echo!r}")
conn.sendall(bytes([0x88, 0x80]) + MASK)  # close
conn.close()
