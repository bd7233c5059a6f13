// May this process be looked at, and may an agent be attached to it? If not: exactly why, and what would allow it.
// On the path of `ps` and `doctor`; the kernel itself is asked, by opening the process's memory, before anything is explained.

import { attachAccess } from "./attach-access.ts";
import { explainRefusal } from "./look-refusal.ts";
import { openMemory } from "./memory.ts";
import type { Observer } from "./observer.ts";
import { readStat } from "./proc/stat.ts";
import type { Access, AccessSubject, Possibility } from "./possibility.ts";

export function assessAccess(subject: AccessSubject, observer: Observer): Access {
  const look = lookAccess(subject, observer);
  return { look, attach: look.possible ? attachAccess(subject) : look };
}

/** Whether its memory can be read, tried and not guessed. */
export function lookAccess({ pid, process }: AccessSubject, observer: Observer): Possibility {
  const memory = openMemory(pid);
  if ("errno" in memory) return readStat(pid) === undefined ? gone(pid) : explainRefusal(pid, memory.errno, observer);
  memory.close();
  if (process.supported) return { possible: true };
  const found = process.kind === "pypy" ? "PyPy" : `Python ${process.version ?? "of an unknown version"}`;
  return { possible: false, reason: "unsupported", why: `${found} can't be read`, remedy: "ispyd reads CPython 3.8 to 3.15" };
}

function gone(pid: number): Possibility {
  return { possible: false, reason: "ended", why: `process ${pid} has ended`, remedy: "run ispyd ps again" };
}
