"""Sends bytes to a local port in pieces, one segment each, and reads to the end.

usage: pieces.py [--read N] PORT PIECE...

Ends when the server closes or, without "Connection: close", when it has been
quiet for half a second. With --read N it closes after N bytes, without reading
the rest: the kernel answers what still comes with a reset.
"""
import os
import socket
import sys
import time

args = sys.argv[1:]
limit = None
if args[0] == "--read":
    limit, args = int(args[1]), args[2:]
port, pieces = int(args[0]), [os.fsencode(a) for a in args[1:]]

conn = socket.socket()
if limit is not None:
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
conn.connect(("127.0.0.1", port))
conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
for piece in pieces:
    conn.sendall(piece)
    time.sleep(0.05)
conn.settimeout(0.5)
got = 0
try:
    while limit is None or got < limit:
        data = conn.recv(65536 if limit is None else limit - got)
        if not data:
            break
        got += len(data)
except TimeoutError:
    pass
conn.close()
if got == 0:
    sys.exit("no answer")
