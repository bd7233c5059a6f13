"""A Flask application whose requests hang, each in its own way."""
import re
import socket
import threading
import time

from flask import Flask

app = Flask(__name__)
lock = threading.Lock()
server = socket.create_server(("127.0.0.1", 0), backlog=64)


@app.route("/")
def index():
    return "shop"


@app.route("/silent")
def silent():
    with socket.create_connection(server.getsockname()) as client:
        client.settimeout(600)
        return client.recv(100)  # culprit silent


@app.route("/lock")
def twice():
    with lock:
        return pay()


def pay():
    with lock:  # culprit lock
        return "paid"


@app.route("/sleep")
def sleeping():
    time.sleep(600)  # culprit sleep
    return "slept"


@app.route("/regex")
def check():
    return str(re.match(r"(a+)+$", "a" * 64 + "!"))  # culprit regex


@app.route("/steps")
def steps():
    for _ in range(100):
        time.sleep(0.3)
    return "done"
