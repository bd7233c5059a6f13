"""An HTTP server that never answers, asked through http.client without a time-out."""
import http.client
import socket

server = socket.create_server(("127.0.0.1", 0))


def rates():
    port = server.getsockname()[1]
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/rates")
    print("ready", port, flush=True)
    return connection.getresponse()  # culprit


rates()
