// A process of its own that continues whatever ispyd has stopped, should ispyd die or take too long: started before the first stop.
// Stands beside pause.ts. Node again, since nothing else is sure to be there.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Failure } from "../base/failure.ts";

export interface Watchdog {
  /** From now on the process is continued after `stopLimitMs`, or when this process ends. */
  arm(pid: number, startTicks: number): void;
  disarm(pid: number): void;
  close(): void;
}

/** The longest that a process stays stopped, whatever happens. */
export const stopLimitMs = 20;

// Lines on standard input: "arm PID START" and "disarm PID". The process is continued only if it is still the same one, and again and again
// until it is disarmed: ispyd may have to wait for its turn between arming and stopping, and then stops it after the first time.
const program = `
const fs = require("fs");
const armed = new Map();
const startOf = (pid) => { try { const t = fs.readFileSync("/proc/" + pid + "/stat", "latin1"); return t.slice(t.lastIndexOf(")") + 2).split(" ")[19]; } catch { return ""; } };
const resume = (pid) => { const entry = armed.get(pid); if (entry && startOf(pid) === entry.start) { try { process.kill(Number(pid), "SIGCONT"); } catch {} } };
let rest = "";
process.stdin.on("data", (chunk) => {
  const lines = (rest + chunk).split("\\n");
  rest = lines.pop();
  for (const line of lines) {
    const [verb, pid, start] = line.split(" ");
    if (verb === "arm") armed.set(pid, { start, timer: setInterval(() => resume(pid), ${stopLimitMs}) });
    else { clearInterval(armed.get(pid)?.timer); armed.delete(pid); }
  }
});
process.stdin.on("end", () => { for (const pid of [...armed.keys()]) resume(pid); process.exit(0); });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.stdout.write("ready\\n");
`;

/** Starts the watchdog and waits until it is ready. */
export async function startWatchdog(signal: AbortSignal): Promise<Watchdog> {
  // Loaded here: without --pause it is not needed.
  const { spawn } = await import("node:child_process");
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "ignore"], detached: true, env: {} });
  const ready = await Promise.race([
    once(child.stdout, "data").then(() => true),
    once(child, "error").then(() => false),
    once(signal, "abort").then(() => false),
  ]);
  if (!ready) {
    child.kill("SIGKILL");
    throw new Failure({
      code: "operation-failed",
      message: "--pause needs a watchdog process, and it could not be started",
      hint: "leave out --pause",
    });
  }
  child.unref();
  return watchdogOf(child);
}

function watchdogOf(child: ChildProcess): Watchdog {
  child.stdin?.on("error", () => undefined);
  return {
    arm: (pid, startTicks) => void child.stdin?.write(`arm ${pid} ${startTicks}\n`),
    disarm: (pid) => void child.stdin?.write(`disarm ${pid}\n`),
    close: () => {
      child.stdin?.end();
      child.stdout?.destroy();
    },
  };
}
