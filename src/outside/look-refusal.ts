// Why the kernel does not let us open a process's memory, found by going through its own rule step by step.
// Source: __ptrace_may_access in kernel/ptrace.c, yama_ptrace_access_check in security/yama/yama_lsm.c, cap_ptrace_access_check in security/commoncap.c.

import { statSync } from "node:fs";
import type { Possibility } from "./possibility.ts";
import type { Observer } from "./observer.ts";
import { readNamespace } from "./proc/namespaces.ts";
import { readStat } from "./proc/stat.ts";
import { type ProcessStatus, readStatus, type UserIds } from "./proc/status.ts";
import { capabilityRemedy, hostRemedy, ownerRemedy, scopeRemedy } from "./remedies.ts";
import { userName } from "./users.ts";

/** The first rule that explains the refusal; where none does, a security module of the kernel is named as the likely one. */
export function explainRefusal(pid: number, errno: string, observer: Observer): Possibility {
  if (errno !== "EACCES" && errno !== "EPERM") return refused("unreadable", `opening its memory failed (${errno})`, "run it again");
  const status = readStatus(pid);
  if (typeof status !== "object")
    return refused("hidden", "even its owner is hidden (the hidepid option of /proc)", capabilityRemedy(observer, pid));
  if (observer.ptraceScope === 3)
    return refused(
      "ptrace_scope 3",
      "kernel.yama.ptrace_scope is 3: no process may read another's memory, until the next boot",
      scopeRemedy(observer, pid),
    );
  const explained = observer.mayTrace ? withCapability(pid, observer) : withoutCapability(pid, status, observer);
  return (
    explained ??
    refused(
      "refused by the kernel",
      unexplained(observer),
      "look into the kernel's log (dmesg, audit.log) for the refusal, or run ispyd on the host outside any confinement",
    )
  );
}

function withCapability(pid: number, observer: Observer): Possibility | undefined {
  const own = observer.namespaces.user;
  const other = readNamespace(pid, "user");
  if (own !== undefined && other === own) return undefined;
  if (other === undefined && observer.firstUserNamespace) return undefined;
  return refused(
    "other user namespace",
    "it lives in a user namespace in which this user's CAP_SYS_PTRACE counts for nothing",
    hostRemedy(observer, pid),
  );
}

function withoutCapability(pid: number, status: ProcessStatus, observer: Observer): Possibility | undefined {
  return (
    ownershipRefusal(pid, status, observer) ??
    dumpableRefusal(pid, status, observer) ??
    namespaceRefusal(pid, observer) ??
    capabilityRefusal(pid, status, observer) ??
    yamaRefusal(pid, observer)
  );
}

function ownershipRefusal(pid: number, { uid, gid }: ProcessStatus, observer: Observer): Possibility | undefined {
  const own = observer.uid.filesystem;
  if (!same(uid, own)) {
    const owner =
      uid.real === uid.effective
        ? `it runs as ${nameWithNumber(uid.real)}`
        : `it runs as ${nameWithNumber(uid.effective)} and was started by ${nameWithNumber(uid.real)}`;
    const reader = own === 0 ? "root here lacks CAP_SYS_PTRACE" : `this is ${nameWithNumber(own)} without CAP_SYS_PTRACE`;
    return refused(own === 0 ? "no CAP_SYS_PTRACE" : "other user", `${owner}, and ${reader}`, ownerRemedy(observer, pid, uid.effective));
  }
  if (same(gid, observer.gid.filesystem)) return undefined;
  return refused(
    "other group",
    `it runs with group ${gid.effective}, this user with ${observer.gid.filesystem}`,
    capabilityRemedy(observer, pid),
  );
}

// The kernel gives /proc/PID of a process that may not be dumped to root (proc_pid(5)).
function dumpableRefusal(pid: number, { uid }: ProcessStatus, observer: Observer): Possibility | undefined {
  const owner = ownerOf(pid);
  if (owner === undefined || owner === uid.effective) return undefined;
  const cause =
    "it is not dumpable: it changed user or group after it started, gained capabilities from its file, or called prctl(PR_SET_DUMPABLE, 0)";
  return refused("not dumpable", cause, capabilityRemedy(observer, pid));
}

// /proc/PID/stat, unlike the folder itself, always carries the owner that the rule gives.
function ownerOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}/stat`).uid;
  } catch {
    return undefined;
  }
}

function namespaceRefusal(pid: number, observer: Observer): Possibility | undefined {
  const other = readNamespace(pid, "user");
  if (other === undefined || observer.namespaces.user === undefined || other === observer.namespaces.user) return undefined;
  return refused(
    "other user namespace",
    "it lives in another user namespace, which only its creator's namespace and root on the host may look into",
    hostRemedy(observer, pid),
  );
}

function capabilityRefusal(pid: number, { permittedCapabilities }: ProcessStatus, observer: Observer): Possibility | undefined {
  const missing = permittedCapabilities & ~observer.effectiveCapabilities;
  if (missing === 0n) return undefined;
  return refused(
    "more capabilities",
    `it holds capabilities that this user lacks (mask ${missing.toString(16)})`,
    capabilityRemedy(observer, pid),
  );
}

function yamaRefusal(pid: number, observer: Observer): Possibility | undefined {
  if (observer.ptraceScope === 0 || (observer.ptraceScope === 1 && isDescendant(pid, observer.pid))) return undefined;
  const rule =
    observer.ptraceScope === 1 ? "only a process's ancestors may read its memory" : "only CAP_SYS_PTRACE may read another process's memory";
  return refused(
    `ptrace_scope ${observer.ptraceScope}`,
    `kernel.yama.ptrace_scope is ${observer.ptraceScope}: ${rule}`,
    scopeRemedy(observer, pid),
  );
}

const mostAncestors = 1_024;

function isDescendant(pid: number, ancestor: number): boolean {
  let current = pid;
  for (let step = 0; current > 1 && step < mostAncestors; step += 1) {
    const stat = readStat(current);
    if (typeof stat !== "object") return false;
    if (stat.ppid === ancestor) return true;
    current = stat.ppid;
  }
  return false;
}

function same(ids: UserIds, own: number): boolean {
  return ids.real === own && ids.effective === own && ids.saved === own;
}

function nameWithNumber(uid: number): string {
  const name = userName(uid);
  return name === String(uid) ? `uid ${uid}` : `${name} (uid ${uid})`;
}

function unexplained({ securityModules }: Observer): string {
  const named = securityModules.length > 0 ? ` (here: ${securityModules.join(", ")})` : "";
  return `users, capabilities and ptrace_scope would allow it, yet the kernel refuses: most likely a security module${named}`;
}

function refused(reason: string, why: string, remedy: string): Possibility {
  return { possible: false, reason, why, remedy };
}
