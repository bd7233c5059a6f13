// What one snapshot of 17 threads of 34 frames costs the reader: its stacks with verdicts, code objects known.

import { Failure } from "../src/base/failure.ts";
import { createCodeCache } from "../src/outside/code.ts";
import { openInterpreter } from "../src/outside/interpreter.ts";
import { readStacks } from "../src/outside/snapshot.ts";
import type { Interpreter } from "../test/rig/interpreters.ts";
import { startTarget } from "../test/rig/target.ts";
import { countVerdicts } from "../src/stacks/model.ts";
import { formatSummary, summarize, timeMs } from "./measure.ts";
import { workload } from "./workload.ts";

const warmUp = 500;
const snapshots = 2_000;

/** One line of the results, per interpreter. */
export async function measureReaderCost(interpreter: Interpreter): Promise<string> {
  const target = await startTarget({ python: interpreter, program: workload });
  try {
    const opened = openInterpreter(target.pid);
    if (opened instanceof Failure) throw opened;
    const codes = createCodeCache();
    const timesUs: number[] = [];
    const verdicts = { kept: 0, retried: 0, rejected: 0 };
    let reads = 0;
    for (let count = 0; count < warmUp + snapshots; count += 1) {
      const before = opened.memory.reads;
      let raw: ReturnType<typeof readStacks> | undefined;
      const tookMs = timeMs(() => (raw = readStacks(opened, { stopped: false, attempts: 40, frameLimit: 200, codes })));
      if (count < warmUp) continue;
      timesUs.push(tookMs * 1_000);
      reads += opened.memory.reads - before;
      const counted = countVerdicts((raw?.interpreters ?? []).flatMap(({ read }) => (read ?? []).map(({ stack }) => stack.verdict)));
      for (const verdict of ["kept", "retried", "rejected"] as const) verdicts[verdict] += counted[verdict];
      if (count % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    opened.close();
    const shares = Object.entries(verdicts).map(([verdict, count]) => `${((100 * count) / (snapshots * 17)).toFixed(2)} % ${verdict}`);
    return `| ${interpreter.full} | ${formatSummary(summarize(timesUs))} | ${(reads / snapshots).toFixed(0)} | ${shares.join(", ")} |`;
  } finally {
    await target.stop();
  }
}
