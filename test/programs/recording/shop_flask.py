"""Flask: a route with a number, one that stays, one that fails, one that streams, a file."""
from flask import Flask, Response, send_file

from shop_hold import wait

app = Flask(__name__)


@app.route("/orders/<int:number>")
def order(number):
    return "order %d" % number


@app.route("/held/<word>")
def held(word):
    return wait()


@app.route("/fail")
def fail():
    raise ValueError("what went wrong")


@app.route("/stream")
def stream():
    return Response(b"part" for _ in range(3))


@app.route("/file")
def file():
    return send_file(__file__)
