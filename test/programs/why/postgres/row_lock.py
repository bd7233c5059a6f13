"""A row that the transaction of another process has locked."""
import subprocess
import sys
import time

from database import connect

row = 1_000_000 + int(time.time() * 1000) % 1_000_000_000


def prepare():
    connection = connect()
    cursor = connection.cursor()
    cursor.execute("select pg_advisory_xact_lock(719)")
    cursor.execute("create table if not exists ispyd_test_stock (item bigint primary key)")
    cursor.execute("insert into ispyd_test_stock values (%s)", (row,))
    connection.commit()
    connection.close()


def hold(item):
    cursor = connect().cursor()
    cursor.execute("select item from ispyd_test_stock where item = %s for update", (item,))
    print("held", flush=True)
    time.sleep(60)


def reserve():
    cursor = connect().cursor()
    print("ready", flush=True)
    cursor.execute("select item from ispyd_test_stock where item = %s for update", (row,))  # culprit


if len(sys.argv) > 6:
    hold(int(sys.argv[6]))
else:
    prepare()
    holder = subprocess.Popen([sys.executable, __file__, *sys.argv[1:6], str(row)], stdout=subprocess.PIPE)
    holder.stdout.readline()
    reserve()
