"""Two tasks take two asyncio locks in opposite order."""
import asyncio


async def transfer(first, second, last):
    async with first:
        await asyncio.sleep(0.05)
        if last:
            print("ready", flush=True)
        async with second:  # culprit
            pass


async def main():
    stock, money = asyncio.Lock(), asyncio.Lock()
    await asyncio.gather(transfer(stock, money, False), transfer(money, stock, True))


asyncio.run(main())
