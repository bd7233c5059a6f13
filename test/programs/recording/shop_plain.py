"""Plain WSGI: what no framework knows. Run as a program it serves itself with wsgiref, behind the middleware and a copy of the environ."""
import sys

from shop_hold import wait


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/fail":
        raise ValueError("what went wrong")
    if path == "/nothing":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"nothing"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path.startswith("/held/"):
        return [wait().encode()]
    if path == "/stream":
        return (b"part" for _ in range(3))
    return [b"order"]


if __name__ == "__main__":
    from wsgiref.simple_server import make_server

    import ispyd.middleware
    from ispyd.plugins.wsgi import WSGIApplicationWrapper

    inner = WSGIApplicationWrapper(app)
    with make_server("127.0.0.1", int(sys.argv[1]), ispyd.middleware.wsgi(lambda environ, start: inner(dict(environ), start))) as server:
        server.serve_forever()
