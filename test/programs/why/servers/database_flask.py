"""A Flask application whose requests wait for PostgreSQL, and for a free connection of a pool."""
import os
import time

from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

app = Flask(__name__)
engine = create_engine(os.environ["SHOP_URL"], pool_size=1, max_overflow=0, pool_timeout=600)


@app.route("/")
def index():
    return "shop"


@app.route("/query")
def query():
    with engine.connect() as connection:
        connection.execute(text("select pg_sleep(60)"))  # culprit query
    return "slept"


@app.route("/keep")
def keep():
    session = Session(engine)
    session.execute(text("select 1"))
    time.sleep(60)
    session.close()
    return "kept"


@app.route("/pool")
def pool():
    with engine.connect() as connection:  # culprit pool
        return str(connection.execute(text("select 1")).scalar())


@app.route("/brief")
def brief():
    with engine.connect() as connection:
        connection.execute(text("select pg_sleep(0.03)"))
    return "done"
