"""Eight threads share a pool of two connections and keep each for a short time, SECONDS of the command line."""
import sys
import threading

from database import sqlalchemy_url
from sqlalchemy import create_engine, text

engine = create_engine(sqlalchemy_url(), pool_size=2, max_overflow=0, pool_timeout=600)
seconds = float(sys.argv[6])


def work():
    while True:
        with engine.connect() as connection:
            connection.execute(text(f"select pg_sleep({seconds})"))


workers = [threading.Thread(target=work, name=f"worker-{number}", daemon=True) for number in range(8)]
for worker in workers:
    worker.start()
print("ready", flush=True)
for worker in workers:
    worker.join()
