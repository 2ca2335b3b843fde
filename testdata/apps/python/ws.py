"""A WebSocket server and client of Debian's python3-websockets.

    ws.py listen host:port             echoes every message
    ws.py call ws://host:port/path     for each line of its input, a JSON list of sizes, sends a message
                                       of each size, reads each back, pings once, says {"done":n}; closes at the end

Both log each connection when it is over: a JSON line with its path and what was sent and received.
"""
import asyncio
import json
import sys

import websockets


class Tally:
    def __init__(self, path):
        self.line = dict(path=path, sent=0, received=0, code=0)

    def log(self, socket):
        self.line["code"] = socket.close_code or 0
        print(json.dumps(self.line, separators=(",", ":")), flush=True)


async def echo(socket):
    tally = Tally(socket.path)
    try:
        async for message in socket:
            tally.line["received"] += 1
            await socket.send(message)
            tally.line["sent"] += 1
    except websockets.ConnectionClosed:
        pass
    tally.log(socket)


async def serve(addr):
    host, port = addr.rsplit(":", 1)
    async with websockets.serve(echo, host, int(port), max_size=None):
        await asyncio.Future()


async def call(url):
    async with websockets.connect(url, max_size=None) as socket:
        tally = Tally(socket.path)
        lines = asyncio.get_running_loop()
        while text := await lines.run_in_executor(None, sys.stdin.readline):
            sizes = json.loads(text)
            for i, size in enumerate(sizes):
                await socket.send("x" * size if i % 2 else b"x" * size)
                tally.line["sent"] += 1
                await socket.recv()
                tally.line["received"] += 1
            await (await socket.ping())
            print(json.dumps({"done": len(sizes)}, separators=(",", ":")), flush=True)
    tally.log(socket)


asyncio.run({"listen": serve, "call": call}[sys.argv[1]](sys.argv[2]))
