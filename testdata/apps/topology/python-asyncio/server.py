"""A service of a topology row, as internal/topology describes it, on an event loop.
TOPOLOGY_MODE says what sends:

    streams   asyncio's streams at both ends, on the loop's thread
    aiohttp   aiohttp's server and client
    executor  aiohttp's server; blocking requests in the loop's pool of threads
    mixed     the same, but background requests on the loop's own thread
"""

import asyncio
import collections
import http.client
import itertools
import os
import sys

NAME = os.environ.get("TOPOLOGY_NAME", "")
MODE = os.environ.get("TOPOLOGY_MODE") or "streams"
NEXT = [a for a in os.environ.get("TOPOLOGY_NEXT", "").split(",") if a]
FORWARD = [h for h in os.environ.get("TOPOLOGY_FORWARD", "").split(",") if h]
BACKGROUND = os.environ.get("TOPOLOGY_BACKGROUND")
EVERY = 2 * int(os.environ.get("TOPOLOGY_EVERY", 5)) / 1000  # seconds; there are two pollers


def split(addr):
    host, _, port = addr.rpartition(":")
    return host.strip("[]"), int(port)


def say(what, path):
    os.write(1, f"{what} {path}\n".encode())


async def respond(ask, path, header):
    """Does what a request asks for; header is a function from name to value or None."""
    ok = True
    if path.startswith("/w/"):
        passed = {h: header(h) for h in FORWARD if header(h)}
        for k, addr in enumerate(NEXT, 1):
            ok = await ask(addr, f"{path}.{k}", passed) and ok
        if not NEXT:
            await asyncio.sleep(0.002)
    say("served", path)
    return (200, b"done\n") if ok else (502, b"failed\n")


# Streams: the least HTTP/1.1 that the rows need.

idle = collections.defaultdict(list)


async def read_head(reader):
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    fields = (line.partition(":") for line in lines[1:] if line)
    return lines[0], {name.lower(): value.strip() for name, _, value in fields}


async def ask_streams(addr, path, headers):
    reader, writer = idle[addr].pop() if idle[addr] else await asyncio.open_connection(*split(addr))
    extra = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {addr}\r\n{extra}\r\n".encode())
    first, head = await read_head(reader)
    await reader.readexactly(int(head["content-length"]))
    say("sent", path)
    idle[addr].append((reader, writer))
    return first.split()[1] == "200"


async def serve_streams(ask):
    async def connection(reader, writer):
        try:
            while True:
                first, head = await read_head(reader)
                status, body = await respond(ask, first.split()[1], head.get)
                writer.write(b"HTTP/1.1 %d -\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    await asyncio.start_server(connection, *split(os.environ["TOPOLOGY_LISTEN"]), backlog=512)


# aiohttp.


async def serve_aiohttp(ask):
    from aiohttp import web

    async def handle(request):
        status, body = await respond(ask, request.path, request.headers.get)
        return web.Response(status=status, body=body)

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app, keepalive_timeout=60, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, *split(os.environ["TOPOLOGY_LISTEN"]), backlog=512).start()


def asker_aiohttp():
    import aiohttp

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=60))

    async def ask(addr, path, headers):
        async with session.get(f"http://{addr}{path}", headers=headers) as response:
            await response.read()
            say("sent", path)
            return response.status == 200

    return ask


# The executor's threads.

kept = collections.defaultdict(collections.deque)


def ask_blocking(addr, path, headers):
    try:
        connection = kept[addr].pop()
    except IndexError:
        connection = http.client.HTTPConnection(*split(addr))
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    say("sent", path)
    kept[addr].append(connection)
    return response.status == 200


async def ask_executor(*what):
    return await asyncio.get_running_loop().run_in_executor(None, ask_blocking, *what)


async def background(ask):
    """Polls from a task, and from the loop's timers, on the pool that requests use."""
    numbers = itertools.count()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    running = set()

    def one():
        return ask(BACKGROUND, f"/bg/{NAME}/{os.getpid()}-{next(numbers)}", {})

    def timer():
        if not stopped.is_set():
            running.add(task := loop.create_task(one()))
            task.add_done_callback(running.discard)
            loop.call_later(EVERY, timer)

    def until_input_ends():
        if not os.read(0, 4096):
            stopped.set()
            loop.remove_reader(sys.stdin)

    loop.add_reader(sys.stdin, until_input_ends)
    loop.call_later(EVERY, timer)
    while not stopped.is_set():
        await asyncio.sleep(EVERY)
        await one()


async def main():
    ask = asker_aiohttp() if MODE == "aiohttp" else ask_streams if MODE == "streams" else ask_executor
    await (serve_streams if MODE == "streams" else serve_aiohttp)(ask)
    if BACKGROUND:
        await background(ask_streams if MODE == "mixed" else ask)
    await asyncio.Event().wait()


asyncio.run(main())
