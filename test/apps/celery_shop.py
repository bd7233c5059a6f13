"""A Celery application, and `python celery_shop.py RATE SECONDS`: sends tasks at that rate and waits for every result.

The broker and the queue come from SHOP_BROKER and SHOP_QUEUE.
"""
import json
import os
import sys
import time

from celery import Celery

from shop_work import price, wait

BROKER = os.environ.get("SHOP_BROKER", "redis://127.0.0.1:6379/0")
app = Celery("shop", broker=BROKER, backend=BROKER)
app.conf.task_default_queue = os.environ.get("SHOP_QUEUE", "shop")
app.conf.result_expires = 600
app.conf.broker_connection_retry_on_startup = True


@app.task(name="celery_shop.order")
def order(quantity):
    return price(quantity)


@app.task(name="celery_shop.deliver")
def deliver():
    return wait()


def send(rate, seconds):
    begin = time.monotonic()
    results = []
    while time.monotonic() - begin < seconds:
        results.append(order.delay(60_000) if len(results) % 2 == 0 else deliver.delay())
        time.sleep(max(0.0, begin + len(results) / rate - time.monotonic()))
    failed = {}
    for result in results:
        try:
            result.get(timeout=30)
        except Exception as error:
            name = type(error).__name__
            failed[name] = failed.get(name, 0) + 1
    return {"sent": len(results), "ok": len(results) - sum(failed.values()), "failed": failed}


if __name__ == "__main__":
    print(json.dumps(send(float(sys.argv[1]), float(sys.argv[2]))))
