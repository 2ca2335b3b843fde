"""Each worker polls from its own timer thread, and by turns in the very pool of
threads that serves its requests."""

import itertools
import os

import service

bind = os.environ["TOPOLOGY_LISTEN"]
worker_class = "gthread"
workers = int(os.environ.get("TOPOLOGY_WORKERS") or 1)
threads = 16
keepalive = 60


def post_worker_init(worker):
    turns = itertools.count()

    def run(job):
        if next(turns) % 2:
            worker.tpool.submit(job)
        else:
            job()

    service.background(run)
