// The search for requests on memory recorded from a live process of each version: what it finds when nothing is broken,
// and that it never throws or runs on when anything is.

import { kill } from "node:process";
import { afterAll, describe, expect, it } from "vitest";
import { Failure } from "../../../src/base/failure.ts";
import { createCodeCache } from "../../../src/outside/code.ts";
import { findInterpreter, type Interpreter } from "../../../src/outside/interpreter.ts";
import { openMemory } from "../../../src/outside/memory.ts";
import { readMaps } from "../../../src/outside/proc/maps.ts";
import { readRequestValues, type RequestValues } from "../../../src/outside/request-values.ts";
import { isStillInFlight, readRequests, requestLabel } from "../../../src/outside/requests.ts";
import { completeSnapshot, readStacks } from "../../../src/outside/snapshot.ts";
import { readTasks } from "../../../src/outside/tasks.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";
import { findInterpreters, type Interpreter as Python } from "../../rig/interpreters.ts";
import { mutate, seeded } from "../../rig/mutations.ts";
import { PlaybackMemory, RecordingMemory, type Touched } from "../../rig/recorded-memory.ts";
import { scaled } from "../../rig/scale.ts";
import { startTarget, stopTargets } from "../../rig/target.ts";
import { programText } from "../../rig/truth.ts";

const mutations = scaled(3_000);
const bounds = { reads: 4_000_000, readBytes: 16 * 1024 * 1024 };

interface Found {
  readonly label: string;
  readonly view: string | undefined;
  readonly ageMs: number | undefined;
  readonly there: boolean;
  readonly values: RequestValues;
}

interface Recording {
  readonly pages: ReadonlyMap<number, Buffer>;
  readonly touched: readonly Touched[];
  readonly interpreter: Interpreter;
}

afterAll(stopTargets);

async function record(python: Python): Promise<Recording> {
  const target = await startTarget({ python, program: programText("requests_parked") });
  kill(target.pid, "SIGSTOP");
  const maps = readMaps(target.pid);
  const live = openMemory(target.pid);
  if (typeof maps !== "object" || "errno" in live) throw new Error("the target's memory can't be read");
  const memory = new RecordingMemory(live);
  const interpreter = findInterpreter(target.pid, memory, maps);
  if (interpreter instanceof Failure) throw interpreter;
  for (const stopped of [true, false]) search(interpreter, stopped);
  return { pages: memory.pages, touched: memory.touched, interpreter };
}

function search(interpreter: Interpreter, stopped: boolean): Found[] {
  const codes = createCodeCache();
  const loops = readTasks(interpreter, { stopped, attempts: 5, taskLimit: 100, codes });
  const snapshot = completeSnapshot(interpreter, readStacks(interpreter, { stopped, attempts: 5, frameLimit: 200, codes }));
  const redactor = createRedactor();
  return readRequests(interpreter, snapshot, loops).requests.map((request) => ({
    label: requestLabel(request),
    view: request.view,
    ageMs: request.ageMs,
    values: readRequestValues(interpreter.heap, request, redactor),
    there: isStillInFlight(interpreter, request),
  }));
}

function replay({ pages, interpreter }: Recording, strict: boolean): { memory: PlaybackMemory; interpreter: Interpreter } {
  const memory = new PlaybackMemory(pages, bounds, strict);
  return { memory, interpreter: { ...interpreter, memory, heap: { ...interpreter.heap, memory } } };
}

describe.each(await findInterpreters())("requests in memory of Python $version", (python) => {
  it("are found whole, and broken memory neither stops the search nor makes it run on", { timeout: 200_000 }, async () => {
    const recording = await record(python);
    const found = search(replay(recording, false).interpreter, true).toSorted((a, b) => (a.label < b.label ? -1 : 1));
    expect(found.map(({ label, view, there }) => [label, view, there])).toEqual([
      ["DELETE /orders/<int:id>", "shop.views.order", true],
      ["GET /orders/<int:id>", "shop.order", true],
      ["POST /items/{id}", expect.stringMatching(/^__main__\.(Handler\.)?post$/), true],
      ["TASK shop.deliver", undefined, true],
      ["WEBSOCKET application", undefined, true],
    ]);
    const [byDjango, byFlask, byHypercorn, byCelery, live] = found;
    for (const one of [byDjango, byFlask, byHypercorn, byCelery]) expect(one?.ageMs).toBeLessThan(60_000);
    expect(live?.ageMs).toBeUndefined();
    expect(byDjango?.values).toMatchObject({ path: "/orders/7", client: "10.0.0.7", user: "joe", headerCount: 3 });
    expect(byDjango?.values.query).toMatch(/^page=2&token=<hidden: /);
    expect(byHypercorn?.values).toMatchObject({ path: "/items/7", query: "a=1", client: "10.0.0.8:4711", user: "joe" });
    expect(byCelery?.values.id).toBe("0b5f5f0e-0000-4000-8000-000000000000");
    expect(JSON.stringify(found)).not.toContain("sesame");
    let survived = 0;
    for (let seed = 1; seed <= mutations; seed += 1) {
      const random = seeded(seed);
      const { memory, interpreter } = replay(recording, random() < 0.3);
      mutate(memory, recording.touched, random);
      survived += search(interpreter, seed % 2 === 0).length;
      expect(memory.largestRead).toBeLessThanOrEqual(bounds.readBytes);
    }
    // A search that gave up at the first doubt would pass the loop.
    expect(survived).toBeGreaterThan(mutations);
  });
});
