"""One query after the other at one line, each of 50 ms."""
from database import connect

connection = connect()
cursor = connection.cursor()
print("ready", flush=True)
while True:
    cursor.execute("select pg_sleep(0.05)")
