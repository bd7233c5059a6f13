"""A server with a thread for each connection, whose client is silent between two requests."""
import socket
import threading

server = socket.create_server(("127.0.0.1", 0))


def serve(connection):
    while connection.recv(1000):
        connection.sendall(b"ok")


client = socket.create_connection(server.getsockname())
connection, _ = server.accept()
threading.Thread(target=serve, args=(connection,), name="connection", daemon=True).start()
client.sendall(b"hello")
client.recv(10)
print("ready", flush=True)
server.accept()
