"""A server whose queue of connections is full: the next connect waits."""
import socket

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(0)
waiting = []
for _ in range(8):
    other = socket.socket()
    other.setblocking(False)
    other.connect_ex(server.getsockname())
    waiting.append(other)


def connect():
    client = socket.socket()
    print("ready", server.getsockname()[1], flush=True)
    client.connect(server.getsockname())  # culprit


connect()
