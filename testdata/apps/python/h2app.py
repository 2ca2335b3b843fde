"""An ASGI application for hypercorn: /echo?size= as in testdata/apps/h2, with the same log."""
import json
import sys
from urllib.parse import parse_qs


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    received, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return
        received += len(message.get("body", b""))
        more = message.get("more_body", False)
    query = scope["query_string"].decode()
    size = int(parse_qs(query).get("size", [received])[0])
    target = scope["path"] + ("?" + query if query else "")
    line = dict(method=scope["method"], target=target, proto=scope["http_version"], status=200, sent=size, received=received)
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(size).encode())]})
    await send({"type": "http.response.body", "body": b"x" * size})
