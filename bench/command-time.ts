// `ispyd threads PID` from the shell beside `py-spy dump --pid`, in turns, on one target of 17 threads of 34 frames.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { environmentFor } from "../test/rig/environments.ts";
import type { Interpreter } from "../test/rig/interpreters.ts";
import { startTarget } from "../test/rig/target.ts";
import { formatSummary, summarize, timeMs } from "./measure.ts";
import { workload } from "./workload.ts";

const runs = 15;

/** One line of the results, per interpreter. */
export async function measureCommandTime(interpreter: Interpreter, tools: Interpreter): Promise<string> {
  const pySpy = join((await environmentFor(tools, "py-spy")).bin, "py-spy");
  const target = await startTarget({ python: interpreter, program: workload });
  const pid = String(target.pid);
  const ours: number[] = [];
  const theirs: number[] = [];
  const bare: number[] = [];
  try {
    const theirsWorks = run(pySpy, ["dump", "--pid", pid]).status === 0;
    for (let count = 0; count < runs; count += 1) {
      ours.push(timeMs(() => run(process.execPath, ["dist/ispyd.mjs", "threads", pid])));
      if (theirsWorks) theirs.push(timeMs(() => run(pySpy, ["dump", "--pid", pid])));
      bare.push(timeMs(() => run(process.execPath, ["-e", "0"])));
    }
  } finally {
    await target.stop();
  }
  const [own, peer] = [summarize(ours), summarize(theirs)];
  const peerText = theirs.length === 0 ? "can't read it" : formatSummary(peer);
  const ratio = theirs.length === 0 ? "-" : (own.median / peer.median).toFixed(2);
  return `| ${interpreter.full} | ${formatSummary(own)} | ${peerText} | ${ratio} | ${formatSummary(summarize(bare))} |`;
}

function run(command: string, words: readonly string[]): { status: number | null } {
  return spawnSync(command, words, { stdio: "ignore", env: { ...process.env, ISPYD_AUDIT_DIRECTORY: "/tmp/ispyd-bench-audit" } });
}
