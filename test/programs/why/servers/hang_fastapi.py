"""A FastAPI application whose requests hang, in its thread pool and in its event loop."""
import asyncio
import socket
import time

from fastapi import FastAPI

app = FastAPI()
server = socket.create_server(("127.0.0.1", 0), backlog=64)


@app.get("/")
async def index():
    return "shop"


@app.get("/silent")
def silent():
    with socket.create_connection(server.getsockname()) as client:
        return client.recv(100)  # culprit silent


@app.get("/block")
async def block():
    time.sleep(600)  # culprit block
    return "slept"


@app.get("/lock")
async def twice():
    lock = asyncio.Lock()
    async with lock:
        async with lock:  # culprit lock
            return "paid"


@app.get("/poll")
async def poll():
    await asyncio.sleep(600)
    return "polled"
