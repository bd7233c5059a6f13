"""Every connection of a pool is in use; one thread more asks for one."""
import threading
import time

from sqlalchemy import create_engine, text
from sqlalchemy.pool import QueuePool

engine = create_engine("sqlite://", poolclass=QueuePool, pool_size=2, max_overflow=0, pool_timeout=600, connect_args={"check_same_thread": False})
taken = threading.Barrier(3)


def keep():
    with engine.connect() as connection:
        connection.execute(text("select 1"))
        taken.wait()
        time.sleep(600)


def count():
    print("ready", flush=True)
    with engine.connect() as connection:  # culprit
        return connection.execute(text("select 1"))


for number in range(2):
    threading.Thread(target=keep, name=f"keeper-{number}", daemon=True).start()
taken.wait()
count()
