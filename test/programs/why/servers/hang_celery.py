"""A Celery application whose tasks hang; `python hang_celery.py TASK` sends one."""
import os
import re
import socket
import sys

from celery import Celery

app = Celery("hang", broker=os.environ["SHOP_BROKER"])
app.conf.task_default_queue = os.environ["SHOP_QUEUE"]
app.conf.broker_connection_retry_on_startup = True


@app.task(name="silent")
def silent():
    server = socket.create_server(("127.0.0.1", 0))
    with socket.create_connection(server.getsockname()) as client:
        return client.recv(100)  # culprit silent


@app.task(name="regex")
def check():
    return str(re.match(r"(a+)+$", "a" * 64 + "!"))  # culprit regex


if __name__ == "__main__":
    app.send_task(sys.argv[1], ignore_result=True)
