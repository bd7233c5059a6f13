// A writer of the audit log in a process of its own: `DIRECTORY COUNT [CHARACTERS [PAUSE_MS]]` writes that many requests with a parameter of that length,
// 0 for as many as it can until it is killed.

import { openAuditLog } from "../../../src/waist/audit-log.ts";
import { done, logged } from "./audit-writer-requests.ts";

const [directory = "", count = "1", characters = "10", pauseMs = "0"] = process.argv.slice(2);
const log = openAuditLog({ directory });
const nothing = new Int32Array(new SharedArrayBuffer(4));
const total = Number(count) === 0 ? Number.POSITIVE_INFINITY : Number(count);
for (let index = 0; index < total; index += 1) {
  const startedMs = performance.now();
  const request = log.forRequest(logged(index, Number(characters)));
  const began = request.began("built-in: look is free");
  request.ended(done);
  if (index === 0) process.stdout.write(`${JSON.stringify({ began, costMs: performance.now() - startedMs })}\n`);
  if (pauseMs !== "0") Atomics.wait(nothing, 0, 0, Number(pauseMs));
}
