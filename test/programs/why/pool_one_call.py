"""Eight threads of a pool all wait for the same silent server."""
import socket
from concurrent.futures import ThreadPoolExecutor

server = socket.create_server(("127.0.0.1", 0), backlog=64)


def fetch(number):
    with socket.create_connection(server.getsockname()) as client:
        client.settimeout(600)
        if number == 7:
            print("ready", server.getsockname()[1], flush=True)
        return client.recv(100)  # culprit


with ThreadPoolExecutor(8) as pool:
    list(pool.map(fetch, range(8)))
