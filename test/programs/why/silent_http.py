"""An HTTP server that never answers, asked through urllib with a time-out of 300 s."""
import socket
import urllib.request

server = socket.create_server(("127.0.0.1", 0))


def rates():
    port = server.getsockname()[1]
    print("ready", port, flush=True)
    return urllib.request.urlopen(f"http://127.0.0.1:{port}/rates", timeout=300)  # culprit


rates()
