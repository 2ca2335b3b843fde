"""What a service of a topology row does, as internal/topology describes it, in
whatever thread calls it: blocking requests on pooled connections."""

import collections
import http.client
import itertools
import os
import threading
import time

NAME = os.environ.get("TOPOLOGY_NAME", "")
NEXT = [a for a in os.environ.get("TOPOLOGY_NEXT", "").split(",") if a]
FORWARD = [h for h in os.environ.get("TOPOLOGY_FORWARD", "").split(",") if h]
BACKGROUND = os.environ.get("TOPOLOGY_BACKGROUND")
EVERY = int(os.environ.get("TOPOLOGY_EVERY", 5)) / 1000  # seconds between background requests

_idle = collections.defaultdict(collections.deque)  # connections by address
_stopped = threading.Event()


def split(addr):
    host, _, port = addr.rpartition(":")
    return host.strip("[]"), int(port)


def say(what, path):
    os.write(1, f"{what} {path}\n".encode())


def ask(addr, path, headers):
    """Sends a request on the connection that was used last; True for 200."""
    try:
        connection = _idle[addr].pop()
    except IndexError:
        connection = http.client.HTTPConnection(*split(addr))
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    say("sent", path)
    if not response.will_close:
        _idle[addr].append(connection)
    return response.status == 200


def answer(path, header):
    """Does what a request asks for; header is a function from name to value or None."""
    ok = True
    if path.startswith("/w/"):
        passed = {h: header(h) for h in FORWARD if header(h)}
        ok = all(ask(addr, f"{path}.{k}", passed) for k, addr in enumerate(NEXT, 1))
        if not NEXT:
            time.sleep(0.002)
    say("served", path)
    return (200, b"done\n") if ok else (502, b"failed\n")


def background(run=lambda job: job()):
    """Polls from a thread of its own, which hands each request to run."""
    if not BACKGROUND:
        return
    numbers = itertools.count()

    def poll():
        for n in numbers:
            if _stopped.wait(EVERY):
                return
            run(lambda path=f"/bg/{NAME}/{os.getpid()}-{n}": ask(BACKGROUND, path, {}))

    def until_input_ends():
        while os.read(0, 4096):
            pass
        _stopped.set()

    threading.Thread(target=poll, daemon=True).start()
    threading.Thread(target=until_input_ends, daemon=True).start()
