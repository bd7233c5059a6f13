// The program that readers are measured on: 17 threads, each 34 frames deep, that sum 2,000 numbers and sleep 2 ms in turns.

export const workload = `
import threading, time

def work(depth):
    if depth:
        return work(depth - 1)
    while True:
        sum(range(2000))
        time.sleep(0.002)

for _ in range(16):
    threading.Thread(target=work, args=(30,), daemon=True).start()
print("ready", flush=True)
work(32)
`;
