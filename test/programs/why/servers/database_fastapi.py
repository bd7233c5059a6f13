"""A FastAPI application whose requests wait for PostgreSQL, and for a free connection of a pool, in its event loop."""
import asyncio
import os
import time
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

pools = {}
threads_engine = create_engine(os.environ["SHOP_URL"], pool_size=1, max_overflow=0, pool_timeout=600)
engine = create_async_engine(os.environ["SHOP_ASYNC_URL"], pool_size=1, max_overflow=0, pool_timeout=600)


@asynccontextmanager
async def lifespan(_):
    pools["asyncpg"] = await asyncpg.create_pool(os.environ["SHOP_DSN"], min_size=1, max_size=1)
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def index():
    return "shop"


@app.get("/query")
async def query():
    async with pools["asyncpg"].acquire() as connection:
        return await connection.fetch("select pg_sleep(60)")  # culprit query


@app.get("/keep")
async def keep():
    async with pools["asyncpg"].acquire():
        await asyncio.sleep(60)


@app.get("/pool")
async def pool():
    async with pools["asyncpg"].acquire() as connection:  # culprit pool
        return await connection.fetchval("select 1")


@app.get("/engine-query")
async def engine_query():
    async with engine.connect() as connection:
        await connection.execute(text("select pg_sleep(60)"))  # culprit engine-query


@app.get("/engine-keep")
async def engine_keep():
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))
        await asyncio.sleep(60)


@app.get("/engine-pool")
async def engine_pool():
    async with engine.connect() as connection:  # culprit engine-pool
        return (await connection.execute(text("select 1"))).scalar()


@app.get("/session-keep")
def session_keep():
    with Session(threads_engine) as session:
        session.execute(text("select 1"))
        time.sleep(60)


@app.get("/session-pool")
def session_pool():
    with Session(threads_engine) as session:
        return session.execute(text("select 1")).scalar()  # culprit session-pool


@app.get("/brief")
async def brief():
    async with pools["asyncpg"].acquire() as connection:
        await connection.fetch("select pg_sleep(0.03)")
