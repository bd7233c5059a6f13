"""Every connection of psycopg's pool is in use; one thread more asks for one."""
import threading
import time

from database import host, name, port, user
from psycopg_pool import ConnectionPool

pool = ConnectionPool(f"host={host} port={port} user={user} dbname={name}", min_size=2, max_size=2, timeout=600)
taken = threading.Barrier(3)


def keep():
    with pool.connection() as connection:
        connection.execute("select 1")
        taken.wait()
        time.sleep(600)


def count():
    print("ready", flush=True)
    with pool.connection() as connection:  # culprit
        return connection.execute("select 1")


for number in range(2):
    threading.Thread(target=keep, name=f"keeper-{number}", daemon=True).start()
taken.wait()
count()
