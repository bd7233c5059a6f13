"""FastAPI: an included router, a mounted application, middleware that runs the rest in a task of its own, a stream, a websocket."""
from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.responses import StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware

from shop_hold import wait, wait_async

app = FastAPI()
router = APIRouter(prefix="/shop")
mounted = FastAPI()


class Passing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)


app.add_middleware(Passing)


@app.get("/orders/{number}")
async def order(number: int):
    return number


@router.get("/held/{word}")
async def held(word: str):
    return await wait_async()


@router.get("/held-thread/{word}")
def held_thread(word: str):
    return wait()


@app.get("/fail")
async def fail():
    raise ValueError("what went wrong")


@app.get("/stream")
async def stream():
    async def parts():
        for _ in range(3):
            yield b"part"

    return StreamingResponse(parts())


@app.websocket("/room/{name}")
async def room(websocket: WebSocket, name: str):
    await websocket.accept()
    await websocket.receive_text()
    await websocket.close()


@mounted.get("/inner/{word}")
async def inner(word: str):
    return word


app.include_router(router)
app.mount("/mounted", mounted)
