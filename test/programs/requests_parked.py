# Stands still with a request of every kind that `requests` knows, each in code that is compiled under the path and names of the real library.
import asyncio
import functools
import threading
import time
from datetime import datetime

park = threading.Event()


def under(path, source, **names):
    namespace = dict(names)
    exec(compile(source, path, "exec"), namespace)
    return namespace


class Rule:
    def __init__(self):
        self.rule = "/orders/<int:id>"
        self.endpoint = "shop.order"


class Request:
    def __init__(self, environ):
        self.environ = environ
        self.url_rule = Rule()


class RequestContext:
    def __init__(self, environ):
        self.request = Request(environ)


class ResolverMatch:
    def __init__(self, func):
        self.func = func
        self._func_path = "shop.views.order"
        self.route = "orders/<int:id>"


class User:
    def __init__(self):
        self.username = "joe"


class WSGIRequest:
    def __init__(self, environ, func):
        self.environ = environ
        self.resolver_match = ResolverMatch(func)
        self._cached_user = User()


def environ(**more):
    return dict({"REQUEST_METHOD": "GET", "wsgi.version": (1, 0), "PATH_INFO": "/orders/7", "QUERY_STRING": "page=2&token=sesame",
                 "REMOTE_ADDR": "10.0.0.7", "HTTP_COOKIE": "id=sesame", "HTTP_X_TRACE": "t1", "CONTENT_TYPE": "text/plain"}, **more)


def view(request):
    held = lambda: request
    park.wait()
    return held


gunicorn = under("/lib/python3/site-packages/gunicorn/workers/sync.py", """
def handle_request(environ, context, view):
    request_start = now()
    view(context)
""", now=datetime.now)

celery = under("/lib/python3/site-packages/celery/app/trace.py", """
def trace_task(uuid, args):
    time_start = monotonic()
    run(args)
def fast_trace_task(task, uuid, args):
    trace_task(uuid, args)
""", monotonic=time.monotonic, run=view)


class HTTPStream:
    def __init__(self):
        self.start_time = time.time()

    async def app_send(self, message):
        pass


hypercorn = under("/lib/python3/site-packages/hypercorn/asyncio/task_group.py", """
async def _handle(app, scope, send):
    await app(scope, send)
""")


class Route:
    def __init__(self):
        self.path = "/items/{id}"


class Handler:
    def post(self):
        pass


async def application(scope, send):
    await asyncio.sleep(3600)


async def main():
    stream = HTTPStream()
    scope = {"type": "http", "asgi": {"version": "3.0"}, "method": "POST", "path": "/items/7", "query_string": b"a=1", "headers": [(b"x-api-key", b"sesame"), (b"host", b"shop")],
             "client": ("10.0.0.8", 4711), "route": Route(), "endpoint": functools.partial(Handler().post), "user": User()}
    socket = {"type": "websocket", "asgi": {"version": "3.0"}, "path": "/live", "headers": []}
    tasks = [asyncio.ensure_future(hypercorn["_handle"](application, scope, stream.app_send)), asyncio.ensure_future(application(socket, None))]
    await asyncio.sleep(0.1)
    print("ready", flush=True)
    await asyncio.gather(*tasks)


first, second = environ(), environ(REQUEST_METHOD="DELETE")
for target, arguments in [
    (gunicorn["handle_request"], (first, RequestContext(first), view)),
    (gunicorn["handle_request"], (second, WSGIRequest(second, view), view)),
    (celery["fast_trace_task"], ("shop.deliver", "0b5f5f0e-0000-4000-8000-000000000000", ())),
]:
    threading.Thread(target=target, args=arguments, daemon=True).start()
asyncio.run(main())
