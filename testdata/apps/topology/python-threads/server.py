"""The service on the standard library's http.server. TOPOLOGY_MODE says who serves
and who sends:

    threading  a thread per connection; TOPOLOGY_WORKERS processes on one socket
    spawn      the same, one request per connection: every request has a new thread
    fork       one request per connection, and a process for each
    handoff    as threading, and a new thread sends each downstream request
"""

import http.server
import os
import socket
import socketserver
import threading

import service

MODE = os.environ.get("TOPOLOGY_MODE") or "threading"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one write

    def do_GET(self):
        status, body = self.outcome()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if MODE in ("spawn", "fork"):
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def outcome(self):
        if MODE != "handoff":
            return service.answer(self.path, self.headers.get)
        got = []
        sender = threading.Thread(target=lambda: got.append(service.answer(self.path, self.headers.get)))
        sender.start()
        sender.join()
        return got[0]

    def log_message(self, *_):
        pass


mixin = socketserver.ForkingMixIn if MODE == "fork" else socketserver.ThreadingMixIn


class Server(mixin, http.server.HTTPServer):
    daemon_threads = True
    max_children = 200
    request_queue_size = 512
    address_family = socket.AF_INET6 if os.environ["TOPOLOGY_LISTEN"].startswith("[") else socket.AF_INET

    def server_bind(self):  # HTTPServer's looks the host's name up
        socketserver.TCPServer.server_bind(self)


server = Server(service.split(os.environ["TOPOLOGY_LISTEN"]), Handler)
for _ in range(1, int(os.environ.get("TOPOLOGY_WORKERS") or 1)):
    if os.fork() == 0:
        break
service.background()
server.serve_forever()
