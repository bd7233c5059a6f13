"""A listener for notifications in psycopg's generator. Nobody notifies."""
from database import connect

connection = connect()
connection.autocommit = True
connection.execute("listen ispyd_test")


def listen():
    for notification in connection.notifies():
        print(notification)


print("ready", flush=True)
listen()
