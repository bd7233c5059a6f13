"""A listener for notifications, as psycopg2's manual has it: select, then poll. Nobody notifies."""
import select

from database import connect

connection = connect()
connection.autocommit = True
connection.cursor().execute("listen ispyd_test")
print("ready", flush=True)
while True:
    if select.select([connection], [], [], 30) != ([], [], []):
        connection.poll()
