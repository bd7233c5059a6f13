"""Starlette with routes, one of them below a mount."""
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route

from shop_hold import wait_async


async def order(request):
    return PlainTextResponse("order")


async def held(request):
    return PlainTextResponse(await wait_async())


async def fail(request):
    raise ValueError("what went wrong")


async def stream(request):
    async def parts():
        for _ in range(3):
            yield b"part"

    return StreamingResponse(parts())


app = Starlette(
    routes=[
        Route("/orders/{number:int}", order),
        Mount("/shop", routes=[Route("/held/{word}", held)]),
        Route("/fail", fail),
        Route("/stream", stream),
    ]
)
