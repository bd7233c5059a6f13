// Ends process groups that the rig started: on demand, and by a watchdog when this process ends without having done so, however that happens.

import { spawn, type ChildProcess } from "node:child_process";

export function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

/** Its standard input closes when this process ends: then it kills the group and removes the directory. Kill it to call it off. */
export function startWatchdog(group: number, directory?: string): ChildProcess {
  const script = 'read -r _; kill -s KILL -- "-$1"; [ -z "$2" ] || rm -rf -- "$2"';
  const watchdog = spawn("sh", ["-c", script, "ispyd-test-watchdog", String(group), directory ?? ""], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watchdog.unref();
  const input = watchdog.stdin;
  if ("unref" in input && typeof input.unref === "function") input.unref();
  return watchdog;
}
