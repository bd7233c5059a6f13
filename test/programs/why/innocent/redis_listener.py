"""A listener of a Redis channel, to which nobody publishes."""
import sys

import redis

client = redis.Redis.from_url(sys.argv[1])
channel = client.pubsub()
channel.subscribe("ispyd-test")


def listen():
    for message in channel.listen():
        if message["type"] == "subscribe":
            print("ready", flush=True)


listen()
