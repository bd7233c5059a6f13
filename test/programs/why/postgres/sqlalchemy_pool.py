"""Every connection of a pool is in use, one by a session; one thread more asks for one."""
import threading
import time

from database import sqlalchemy_url
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

engine = create_engine(sqlalchemy_url(), pool_size=2, max_overflow=0, pool_timeout=600)
taken = threading.Barrier(3)


def keep():
    with engine.connect() as connection:
        connection.execute(text("select 1"))
        taken.wait()
        time.sleep(600)


def keep_session():
    session = Session(engine)
    session.execute(text("select 1"))
    taken.wait()
    session.execute(text("select pg_sleep(60)"))


def count():
    print("ready", flush=True)
    with engine.connect() as connection:  # culprit
        return connection.execute(text("select 1"))


threading.Thread(target=keep, name="keeper-0", daemon=True).start()
threading.Thread(target=keep_session, name="keeper-1", daemon=True).start()
taken.wait()
count()
