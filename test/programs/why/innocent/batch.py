"""A batch job that is busy and moves on."""
import json


def parse(row):
    return json.loads(row)


def total(rows):
    return sum(parse(row)["price"] for row in rows)


def write(value):
    return json.dumps({"total": value, "digits": [digit for digit in str(value) * 50]})


def main():
    rows = [json.dumps({"price": number}) for number in range(50)]
    print("ready", flush=True)
    while True:
        for row in rows:
            parse(row)
        value = total(rows)
        for _ in range(5):
            write(value)


main()
