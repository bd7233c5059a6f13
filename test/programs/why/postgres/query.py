"""A query that takes minutes."""
from database import connect

connection = connect()
cursor = connection.cursor()
print("ready", flush=True)
cursor.execute("select pg_sleep(60)")  # culprit
