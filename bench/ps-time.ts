// `ispyd ps` on a machine with 200 Python processes.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import type { Interpreter } from "../test/rig/interpreters.ts";
import { formatSummary, summarize, timeMs } from "./measure.ts";

const processes = 200;
const runs = 11;

export async function measurePsTime(interpreter: Interpreter): Promise<string> {
  const children: ChildProcess[] = Array.from({ length: processes }, () =>
    spawn(interpreter.path, ["-S", "-c", "import time; time.sleep(600)"], {
      stdio: "ignore",
      env: { ...process.env, ...interpreter.environment },
    }),
  );
  try {
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    const times = Array.from({ length: runs }, () =>
      timeMs(
        () =>
          void spawnSync(process.execPath, ["dist/ispyd.mjs", "ps", "--json"], {
            stdio: "ignore",
            env: { ...process.env, ISPYD_AUDIT_DIRECTORY: "/tmp/ispyd-bench-audit" },
          }),
      ),
    );
    return `\`ispyd ps\` with ${processes} Python processes more than usual: ${formatSummary(summarize(times))} ms`;
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}
