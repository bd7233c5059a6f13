// The requests of the writer process; apart from the rig, whose bundler the process must not carry.

import type { LoggedRequest } from "../../../src/waist/audit-entries.ts";

export const done = { outcome: "done", durationMs: 1.5, answerBytes: 10, pids: [42] } as const;

export function logged(index: number, characters: number): LoggedRequest {
  const params = { index, filler: "x".repeat(characters) };
  return {
    record: { name: "threads", level: "look", recorded: true } as LoggedRequest["record"],
    params,
    request: { command: "threads", target: String(process.pid), params },
    caller: { uid: 1000, user: "alice", via: "command line" },
  };
}
