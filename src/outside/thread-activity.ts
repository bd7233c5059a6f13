// What a thread of a snapshot does, in words: the kernel's view (activity.ts) joined with what the interpreter knows of the GIL.

import { type Activity, threadActivity } from "./activity.ts";
import type { Memory } from "./memory.ts";
import type { SocketTable } from "./proc/net.ts";
import { readCurrentCall } from "./proc/syscall.ts";
import type { ProcessSnapshot, ThreadSnapshot } from "./snapshot.ts";
import { systemCallName } from "./system-calls.ts";

/** The state of one thread of a process; `sockets` is opened once per process. */
export function activityOf(
  pid: number,
  thread: ThreadSnapshot,
  snapshot: ProcessSnapshot,
  process: { sockets: SocketTable; memory: Memory },
): Activity {
  if (thread.tid === 0) return { state: "unknown" };
  const waitsForGil = thread.requestsGil || (!thread.holdsGil && waitsInGil(pid, thread.tid, snapshot.gilRanges));
  return threadActivity({ pid, tid: thread.tid, holdsGil: thread.holdsGil, waitsForGil, ...process });
}

// A thread that waits for the GIL sleeps in a futex that lies inside the GIL's own record (its condition variable).
function waitsInGil(pid: number, tid: number, ranges: ProcessSnapshot["gilRanges"]): boolean {
  const call = readCurrentCall(pid, tid);
  if (typeof call !== "object" || call.kind !== "call" || !(systemCallName(call.number) ?? "").startsWith("futex")) return false;
  const word = call.arguments[0] ?? 0;
  return ranges.some(({ start, sizeBytes }) => word >= start && word < start + sizeBytes);
}
