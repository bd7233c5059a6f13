"""A small FastAPI application: for uvicorn and hypercorn. Plain functions run in its thread pool, async ones in the loop."""
from fastapi import FastAPI

from shop_work import fetch, fetch_all, price, wait

app = FastAPI()


@app.get("/")
async def index():
    return "shop"


@app.get("/slow")
def slow():
    return wait()


@app.get("/work")
def work():
    return price(60_000)


@app.get("/async")
async def one():
    return await fetch("stock")


@app.get("/gather")
async def all_of_it():
    return await fetch_all()
