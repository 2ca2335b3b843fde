"""The service as a WSGI application, for gunicorn with threads."""

import service


def application(environ, start_response):
    def header(name):
        return environ.get("HTTP_" + name.upper().replace("-", "_"))

    status, body = service.answer(environ["PATH_INFO"], header)
    start_response(f"{status} -", [("Content-Length", str(len(body)))])
    return [body]
