"""A process that answers like an agent, in the way that its first argument names: honest, or broken in one respect. For tests of the other side."""

import json
import os
import socket
import sys
import threading
import time

HOW = sys.argv[1]
TICKS = open("/proc/self/stat").read().rpartition(")")[2].split()[19]
DIRECTORY = os.path.join(os.environ.get("FAKE_AGENT_PARENT", "/tmp"), "ispyd-agent-%d-%s-0badcafe" % (os.getpid(), TICKS))
ENTRY = {"name": "shop orders", "summary": "Orders in flight", "level": "inspect", "shape": "table", "columns": [{"name": "id"}, {"name": "state"}]}
PLUGIN = {"name": "shop", "summary": "The shop", "file": "/srv/shop_plugin.py", "sha256": "ab" * 32, "builtIn": False, "state": "ready", "why": "", "commands": [ENTRY]}
HELLO = {
    "protocol": 1, "agent": "0.1.0", "pid": os.getpid(), "startTicks": int(TICKS), "uid": os.getuid(),
    "python": {"version": "3.11.7", "implementation": "CPython"}, "ceiling": {"level": "console", "setBy": ""}, "catalogueHash": "", "threads": [],
}


def error(code, message):
    return {"error": {"code": -32000, "message": message, "data": {"code": code, "hint": "what to do", "target": "untouched"}}}


def call(command):
    if command == "shop orders":
        return {"result": {"value": [{"id": 7, "state": "paid"}], "redactions": [{"rule": "value: JWT", "count": 2}], "cut": [], "durationMs": 1, "cpuMs": 1}}
    value = os.getcwd() if command == "process cwd" else os.getpid()
    return {"result": {"value": value, "redactions": [], "cut": [], "durationMs": 1.5, "cpuMs": 0.5}}


def answer(request):
    method = request["method"]
    if method == "hello":
        if HOW == "ceiling":
            return {"result": dict(HELLO, ceiling={"level": "look", "setBy": "ISPYD_CEILING in its environment"})}
        if HOW == "protocol":
            return {"result": dict(HELLO, protocol=2)}
        return {"result": HELLO}
    if method == "catalogue":
        return {"result": {"hash": "", "plugins": [PLUGIN]}}
    if HOW == "broken-plugin":
        return error("plugin-failed", "the plugin process raised ZeroDivisionError in line 12")
    if HOW == "busy":
        return error("busy", "8 commands wait already")
    if HOW == "form":
        return {"result": {"cut": "nonsense"}}
    return call(request["params"].get("command"))


def serve(connection):
    lines = connection.makefile("rb")
    for line in lines:
        request = json.loads(line)
        if "id" not in request:
            continue
        if HOW == "mute" or (HOW == "mute-call" and request["method"] == "call"):
            continue
        if HOW == "garbage":
            connection.sendall(os.urandom(4096) + b"\n")
        elif HOW == "endless":
            while True:
                connection.sendall(b"x" * 65536)
        elif HOW == "deep" and request["method"] == "call":
            connection.sendall(b'{"id":2,"result":{"value":' + b"[" * 100000 + b"]" * 100000 + b"}}\n")
        elif HOW == "hang-up" and request["method"] == "call":
            connection.close()
            return
        else:
            connection.sendall(json.dumps(dict(answer(request), jsonrpc="2.0", id=request["id"])).encode() + b"\n")
    with open("ended", "a") as file:
        file.write("ended\n")


def survive(connection):
    try:
        serve(connection)
    except OSError:
        pass


os.makedirs(DIRECTORY, 0o700)
os.chdir(DIRECTORY)
listening = socket.socket(socket.AF_UNIX)
listening.bind(os.path.join(DIRECTORY, "socket"))
listening.listen(8)
os.chdir(sys.argv[2] if len(sys.argv) > 2 else "/")
print("ready", flush=True)
while HOW != "deaf":
    threading.Thread(target=survive, args=(listening.accept()[0],), daemon=True).start()
time.sleep(600)
