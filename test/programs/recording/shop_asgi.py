"""Plain ASGI: what no framework knows."""
from shop_hold import wait_async


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        return
    path = scope["path"]
    if path == "/fail":
        raise ValueError("what went wrong")
    body = b"part"
    if path.startswith("/shop/held/"):
        body = (await wait_async()).encode()
    await send({"type": "http.response.start", "status": 404 if path == "/nothing" else 200, "headers": []})
    if path == "/stream":
        for _ in range(2):
            await send({"type": "http.response.body", "body": b"part", "more_body": True})
    await send({"type": "http.response.body", "body": body})
