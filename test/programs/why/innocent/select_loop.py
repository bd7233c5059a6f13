"""The application's own loops: select over sockets, epoll, accept."""
import select
import socket
import threading

one, other = socket.socketpair()
server = socket.create_server(("127.0.0.1", 0))


def with_select():
    while True:
        select.select([one], [], [], 20)


def with_epoll():
    poller = select.epoll()
    poller.register(other.fileno())
    poller.modify(other.fileno(), select.EPOLLIN)
    while True:
        poller.poll()


def with_accept():
    while True:
        server.accept()


for job in (with_epoll, with_accept):
    threading.Thread(target=job, name=job.__name__, daemon=True).start()
print("ready", flush=True)
with_select()
