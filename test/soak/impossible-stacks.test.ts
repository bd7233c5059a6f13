// Stacks that never existed: programs that know every stack they can have are read while they change all the time, running and stopped.
// What docs/reading.md states is what is asserted here; the table says what was measured.

import { loadavg } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWatchdog, type Watchdog } from "../../src/outside/watchdog.ts";
import { findInterpreters, missingInterpreters } from "../rig/interpreters.ts";
import { scaled } from "../rig/scale.ts";
import { stopTargets } from "../rig/target.ts";
import { startTruth, type TruthProgram, generatorPrograms, truthPrograms } from "../rig/truth.ts";
import { countStacks, distance, mostByChance, type TruthCounts } from "../rig/truth-count.ts";

const reads = scaled(20_000);
/** Impossible among shown, while the program runs. */
const boundOfCalls = 1 / 10_000;
const boundOfGenerators = 1 / 10_000;

const rows: string[] = [];
const pooled = { calls: { shown: 0, impossible: 0 }, generators: { shown: 0, impossible: 0 } };
let watchdog: Watchdog;

beforeAll(async () => {
  watchdog = await startWatchdog(new AbortController().signal);
});

afterAll(async () => {
  watchdog.close();
  await stopTargets();
  const missing = await missingInterpreters();
  console.log(
    [
      `| Python | program | how | kept % | retried % | rejected % | missed | impossible among shown | distance |`,
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
      ...rows,
      `Load ${loadavg()[0]?.toFixed(1)} at the end. Not tried, since not found here: ${missing.join(", ") || "nothing"}.`,
    ].join("\n"),
  );
});

describe.each(await findInterpreters())("stacks of Python $version", (interpreter) => {
  it.each([...truthPrograms])(
    "%s: none is impossible when stopped, and at most one in so many when not",
    { timeout: reads * 60 + 120_000 },
    async (name) => {
      const target = await startTruth(interpreter, name);
      const running = await countStacks(target, reads);
      const stopped = await countStacks(target, reads, watchdog);
      await target.stop();
      const apart = distance(running.innermost, stopped.innermost);
      rows.push(toRow(interpreter.full, name, "running", running, apart.toFixed(2)), toRow(interpreter.full, name, "stopped", stopped, ""));
      expect(stopped.examples).toEqual([]);
      // A machine too busy to stop a process in time must not make this pass by reading nothing.
      expect(shown(stopped)).toBeGreaterThan(reads / 2);
      const kind = kindOf(name);
      pooled[kind].shown += shown(running);
      pooled[kind].impossible += running.impossible;
      expect(running.impossible, running.examples.join("\n")).toBeLessThanOrEqual(
        mostByChance(shown(running), kind === "calls" ? boundOfCalls : boundOfGenerators),
      );
    },
  );
});

describe("over all versions", () => {
  it.each([
    ["calls", boundOfCalls],
    ["generators", boundOfGenerators],
  ] as const)("%s: impossible stacks among shown are within the bound", (kind, bound) => {
    expect(pooled[kind].shown).toBeGreaterThan(0);
    expect(pooled[kind].impossible).toBeLessThanOrEqual(mostByChance(pooled[kind].shown, bound));
  });
});

function kindOf(name: TruthProgram): "calls" | "generators" {
  return generatorPrograms.includes(name) ? "generators" : "calls";
}

function shown({ kept, retried }: TruthCounts): number {
  return kept + retried;
}

function toRow(python: string, name: string, how: string, counts: TruthCounts, apart: string): string {
  const all = counts.kept + counts.retried + counts.rejected;
  const share = (count: number): string => ((100 * count) / all).toFixed(1);
  const cells = [
    python,
    name,
    how,
    share(counts.kept),
    share(counts.retried),
    share(counts.rejected),
    counts.missed,
    `${counts.impossible} of ${shown(counts)}`,
    apart,
  ];
  return `| ${cells.join(" | ")} |`;
}
