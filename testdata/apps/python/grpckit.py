"""A server and a client of Debian's grpcio that behave as testdata/apps/grpc does.

    grpckit.py -listen host:port
    grpckit.py -call host:port

Messages are bytes. Of a job the client knows method, n, streams, messages, size,
stream, deadline and metadata.
"""
import concurrent.futures
import json
import sys
import threading
import time

import grpc

lock = threading.Lock()


def log(**line):
    with lock:
        sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
        sys.stdout.flush()


def stamp():
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + ".%06dZ" % (now % 1 * 1e6)


class Kit(grpc.GenericRpcHandler):
    """Answers to every method; the service's name says how."""

    def service(self, details):
        service, _, method = details.method[1:].partition("/")
        asked = dict(details.invocation_metadata)

        def handle(requests, context):
            line = dict(method=details.method, code=0, sent=0, received=0, start=stamp())

            def received():
                for request in requests:
                    line["received"] += 1
                    yield request

            try:
                for answer in answers(service, method, asked, received(), context, line):
                    line["sent"] += 1
                    yield answer
            finally:
                log(**line, end=stamp())

        return grpc.stream_stream_rpc_method_handler(handle)


def answers(service, method, asked, requests, context, line):
    pause = int(asked.get("kit-ms", 0)) / 1000
    if service == "kit.Bidi":
        for request in requests:
            time.sleep(pause)
            yield request
    elif service == "kit.Server":
        for request in requests:
            for _ in range(int(asked["kit-n"])):
                time.sleep(pause)
                yield request
    elif service == "kit.Fail":
        list(requests)
        line["code"] = int(method)
        code = next(c for c in grpc.StatusCode if c.value[0] == int(method))
        context.set_code(code)
        context.set_details("as asked: 100% of them")
    else:
        last = b""
        for last in requests:
            pass
        time.sleep(pause)
        yield last


def serve(addr):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(32))
    server.add_generic_rpc_handlers((Kit(),))
    server.add_insecure_port(addr)
    server.start()
    server.wait_for_termination()


def one(channel, job, method):
    line = dict(method=method, code=0, sent=0, received=0, start=stamp())
    message = b"x" * job.get("size", 0)
    how = dict(timeout=job["deadline"] / 1000 if job.get("deadline") else None, metadata=list(job.get("metadata", {}).items()))
    messages = job.get("messages", 1)
    try:
        if messages <= 1 and not job.get("stream"):
            line["sent"] = 1
            channel.unary_unary(method)(message, **how)
            line["received"] = 1
        else:
            line["sent"] = messages
            for _ in channel.stream_stream(method)(iter([message] * messages), **how):
                line["received"] += 1
    except grpc.RpcError as err:
        line["code"] = err.code().value[0]
    log(**line, end=stamp())


def call(addr):
    with grpc.insecure_channel(addr, [("grpc.enable_http_proxy", 0)]) as channel:
        for text in sys.stdin:
            job = json.loads(text)
            n = job.get("n", 0)
            methods = [job["method"] + str(i + 1) for i in range(n)] if n else [job["method"]]
            with concurrent.futures.ThreadPoolExecutor(job.get("streams", 1)) as pool:
                list(pool.map(lambda method: one(channel, job, method), methods))
            log(done=len(methods))


{"-listen": serve, "-call": call}[sys.argv[1]](sys.argv[2])
