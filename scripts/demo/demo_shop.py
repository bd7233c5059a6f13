"""The application of the demo: a small shop with two faults that production knows well."""

import os
import socket
import threading

from flask import Flask

app = Flask(__name__)
stock = {"lamp": 5, "chair": 9}
stock_lock = threading.Lock()
CARRIER = ("127.0.0.1", int(os.environ["CARRIER_PORT"]))


@app.get("/")
def front_page() -> str:
    return "welcome"


@app.get("/search")
def search() -> str:
    found = sorted((word for word in ("lamp", "chair", "table") * 400), key=len)
    return str(len(found))


@app.get("/checkout")
def checkout() -> str:
    with stock_lock:
        return reserve("lamp")


def reserve(item: str) -> str:
    with stock_lock:  # taken a second time by the same thread: it waits for itself
        stock[item] -= 1
    return f"{item} reserved"


@app.get("/shipping")
def shipping() -> str:
    return f"arrives on {ask_carrier('lamp')}"


def ask_carrier(item: str) -> str:
    with socket.create_connection(CARRIER) as carrier:
        carrier.sendall(f"when does {item} arrive?\n".encode())
        return carrier.recv(200).decode()  # no time-out, and the carrier never answers
