"""What the wrappers do to applications, said as facts in one line of JSON: run with the agent on the path, no server needed."""
import asyncio
import gc
import io
import json
import os
import sys
import wsgiref.util

import ispyd
import ispyd.middleware
from ispyd.recording.recorder import asgi_requests, wsgi_requests

facts = {"start": ispyd.start()}
given = []


def start_response(status, headers, exc_info=None):
    given.append(status)
    return given.append


def environ(**more):
    return dict({"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": io.BytesIO(), "marker": Marker()}, **more)


class Marker:
    """Counts environs that are alive."""

    alive = 0

    def __init__(self):
        Marker.alive += 1

    def __del__(self):
        Marker.alive -= 1


def served(result):
    """As a server does it."""
    try:
        return b"".join(result)
    finally:
        if hasattr(result, "close"):
            result.close()


def answering(result, status="200 OK"):
    def application(environ, start):
        start(status, [])
        return result

    return ispyd.middleware.wsgi(application)


def last():
    return wsgi_requests.recent()[0]


complete = [b"a", b"b"]
facts["a list is handed on itself"] = answering(complete)(environ(), start_response) is complete
pair = (b"a",)
facts["a tuple is handed on itself"] = answering(pair)(environ(), start_response) is pair
wrapper = wsgiref.util.FileWrapper(io.BytesIO(b"file"))
facts["a file wrapper is handed on itself"] = answering(wrapper)(environ(**{"wsgi.file_wrapper": wsgiref.util.FileWrapper}), start_response) is wrapper
with open(__file__, "rb") as file:
    facts["a file is handed on itself"] = answering(file)(environ(), start_response) is file
facts["all of them ended"] = len(wsgi_requests.requests()) == 0


class Body:
    """A response of its own kind."""

    closed = 0
    colour = "green"

    def __iter__(self):
        return iter([b"x", b"y"])

    def __len__(self):
        return 2

    def close(self):
        Body.closed += 1


body = answering(Body())(environ(), start_response)
facts["in flight until it is closed"] = len(wsgi_requests.requests())
facts["length, iteration, attributes"] = [len(body), b"".join(body).decode(), body.colour]
body.close()
facts["closed once, ended"] = [Body.closed, len(wsgi_requests.requests()), last()[2]]


def parts():
    yield b"1"
    yield b"2"


facts["a generator passes"] = served(answering(parts())(environ(), start_response)).decode()
facts["next of a generator"] = next(answering(parts())(environ(), start_response)).decode()
forgotten = answering(parts())(environ(), start_response)
del forgotten
gc.collect()
facts["one that nobody closed has ended"] = len(wsgi_requests.requests())


def breaking():
    yield b"1"
    raise KeyError("in the middle")


try:
    served(answering(breaking())(environ(), start_response))
except KeyError as error:
    facts["an exception of the stream passes"] = [str(error), last()[2], last()[-1]]

thrown = ValueError("unchanged")


def failing(environ, start):
    raise thrown


try:
    ispyd.middleware.wsgi(failing)(environ(), start_response)
except ValueError as error:
    facts["an exception passes unchanged"] = [error is thrown, last()[2], last()[-1]]
    thrown.__traceback__ = None


def leaving(environ, start):
    raise SystemExit(3)


try:
    ispyd.middleware.wsgi(leaving)(environ(), start_response)
except SystemExit:
    facts["what ends a worker is no 500"] = [last()[2], last()[-1]]

before = wsgi_requests.ended_count()
twice = ispyd.middleware.wsgi(lambda environ, start: answering([b"x"])(dict(environ), start))
twice(environ(), start_response)
facts["wrapped twice it counts once"] = wsgi_requests.ended_count() - before
facts["wrapping a wrapper gives it back"] = ispyd.middleware.wsgi(twice) is twice
facts["the write callable is the server's"] = []


def writing(environ, start):
    write = start("200 OK", [], None)
    write("written")
    return []


ispyd.middleware.wsgi(writing)(environ(), start_response)
facts["the write callable is the server's"] = given[-1]

answering([b"x"])(environ(REQUEST_METHOD="TR0UB4DOR"), start_response)
facts["a method that is none"] = last()[1]
child = os.fork()
if child == 0:
    os._exit(0 if wsgi_requests.recent() == () and wsgi_requests.ended_count() == 0 else 1)
facts["a forked child begins empty"] = os.waitpid(child, 0)[1] == 0


async def asgi_application(scope, receive, send):
    if scope["type"] == "lifespan":
        return "lifespan"
    if scope["path"] == "/fail":
        raise thrown
    await send({"type": "http.response.start", "status": 204, "headers": []})
    return "returned"


async def asgi_facts():
    sent = []

    async def send(message):
        sent.append(message["status"])

    wrapped = ispyd.middleware.asgi(ispyd.middleware.asgi(asgi_application))
    scope = {"type": "http", "method": "PUT", "path": "/", "headers": []}
    facts["asgi: what it returns and sends passes"] = [await wrapped(scope, None, send), sent]
    facts["asgi: recorded"] = [asgi_requests.ended_count(), asgi_requests.recent()[0][1:3]]
    try:
        await wrapped(dict(scope, path="/fail"), None, send)
    except ValueError as error:
        facts["asgi: an exception passes unchanged"] = [error is thrown, asgi_requests.recent()[0][2], asgi_requests.recent()[0][-1]]
        thrown.__traceback__ = None
    facts["asgi: lifespan is no request"] = [await wrapped({"type": "lifespan"}, None, send), asgi_requests.ended_count()]
    waiting = asyncio.ensure_future(ispyd.middleware.asgi(lambda scope, receive, send: asyncio.sleep(60))(scope, None, send))
    await asyncio.sleep(0.05)
    facts["asgi: in flight"] = len(asgi_requests.requests())
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    facts["asgi: a cancelled one has ended"] = [len(asgi_requests.requests()), asgi_requests.recent()[0][2], asgi_requests.recent()[0][-1]]


asyncio.new_event_loop().run_until_complete(asgi_facts())


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096


def many(count):
    one, stream = answering([b"x"]), ispyd.middleware.wsgi(lambda environ, start: parts())
    for _ in range(count // 2):
        one(environ(), start_response)
        served(stream(environ(), start_response))
        given.clear()


many(2_000)
size = resident()
many(20_000)
gc.collect()
facts["grown by"] = resident() - size
facts["environs alive"] = Marker.alive
facts["kept"] = [len(wsgi_requests.recent()), len(wsgi_requests.in_flight)]
facts["frameworks imported by the agent"] = sorted(set(sys.modules) & {"flask", "django", "starlette", "gunicorn", "uvicorn"})
print(json.dumps(facts), flush=True)
