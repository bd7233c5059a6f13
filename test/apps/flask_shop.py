"""A small Flask application: for gunicorn, uWSGI and `flask run`."""
from flask import Flask

from shop_work import fetch, fetch_all, price, wait

app = Flask(__name__)


@app.route("/")
def index():
    return "shop"


@app.route("/slow")
def slow():
    return wait()


@app.route("/work")
def work():
    return str(price(60_000))


@app.route("/async")
async def one():
    return await fetch("stock")


@app.route("/gather")
async def all_of_it():
    return ",".join(await fetch_all())
