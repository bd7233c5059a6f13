"""A server that accepts and never answers; the client's socket has no time-out."""
import socket

server = socket.create_server(("127.0.0.1", 0))


def ask():
    with socket.create_connection(server.getsockname()) as client:
        client.sendall(b"price?")
        print("ready", server.getsockname()[1], flush=True)
        return client.recv(100)  # culprit


ask()
