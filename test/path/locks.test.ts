// `ispyd locks` on real processes of every version: who has a lock and who waits for it, also where the lock records no owner.

import { afterAll, describe, expect, it } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

const program = `
import threading, time
plain, recursive, condition = threading.Lock(), threading.RLock(), threading.Condition()
bare, left = threading.Lock(), threading.Lock()

def holds_plain():
    with plain:
        time.sleep(600)

def waits_plain():
    with plain: pass

def holds_recursive():
    with recursive:
        time.sleep(600)

def waits_recursive():
    recursive.acquire()

def holds_condition():
    with condition:
        time.sleep(600)

def waits_condition():
    with condition: pass

def takes_twice():
    with bare:
        again()

def again():
    with bare: pass

def had_left():
    with left: pass
    time.sleep(600)

def acquired():
    owned.acquire()
    time.sleep(600)

def waits_acquired():
    owned.acquire()

owned = threading.Lock()
for first in (holds_plain, holds_recursive, holds_condition, acquired, had_left, takes_twice):
    threading.Thread(target=first, name=first.__name__, daemon=True).start()
time.sleep(0.3)
for second in (waits_plain, waits_recursive, waits_condition, waits_acquired):
    threading.Thread(target=second, name=second.__name__, daemon=True).start()
time.sleep(0.3)
print("ready", flush=True)
time.sleep(600)
`;

interface Lock {
  kind: string;
  holders: { name: string; how: string; place: { function: string } }[];
  waiters: { name: string }[];
}

afterAll(stopTargets);

describe.each(await findInterpreters())("locks on Python $version", (interpreter) => {
  it("names holder and waiter of each lock, and no owner where there is no sign of one", async () => {
    const target = await startTarget({ python: interpreter, program });
    const { stdout } = await ispyd(["locks", String(target.pid), "--json"]);
    await target.stop();
    const { targets } = JSON.parse(stdout) as { targets: { locks: Lock[] }[] };
    const pairs = (targets[0]?.locks ?? []).map(({ kind, holders, waiters }) => [
      kind,
      holders.map(({ name, how, place }) => `${name} ${how} ${place.function}`).join(),
      waiters.map(({ name }) => name).join(),
    ]);
    expect(pairs).toContainEqual(["Lock", "holds_plain inside with holds_plain", "waits_plain"]);
    expect(pairs).toContainEqual(["RLock", "holds_recursive records holds_recursive", "waits_recursive"]);
    expect(pairs).toContainEqual(["RLock", "holds_condition records holds_condition", "waits_condition"]);
    expect(pairs).toContainEqual(["Lock", "takes_twice inside with takes_twice", "takes_twice"]);
    expect(pairs).toContainEqual(["Lock", "", "waits_acquired"]);
    expect(pairs.flat().join()).not.toContain("had_left");
  });
});

it("says what each thread does before its name, so that a narrow page keeps it", async () => {
  const [interpreter] = await findInterpreters();
  if (interpreter === undefined) throw new Error("no CPython was found");
  const target = await startTarget({ python: interpreter, program });
  const { stdout } = await ispyd(["locks", String(target.pid)]);
  expect(stdout).toMatch(/^ {2}inside a with {2}holds_plain \(\d+\) /m);
  expect(stdout).toMatch(/^ {2}holds it {7}holds_recursive \(\d+\) /m);
  expect(stdout).toMatch(/^ {2}waits for it {3}waits_plain \(\d+\) /m);
});
