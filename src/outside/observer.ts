// What this process may do and where it stands: the other half of every question of access. Read once per request.
// Source: capabilities(7), Yama (Documentation/admin-guide/LSM/Yama.rst), user_namespaces(7).

import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { type ControlGroup, readControlGroup } from "./proc/cgroup.ts";
import { hasWholeIdMap, type Namespaces, readNamespaces } from "./proc/namespaces.ts";
import { readProcText } from "./proc/read-text.ts";
import { readStatus, type UserIds } from "./proc/status.ts";

export interface Observer {
  readonly pid: number;
  readonly uid: UserIds;
  readonly gid: UserIds;
  readonly effectiveCapabilities: bigint;
  /** CAP_SYS_PTRACE in the user namespace that we are in. */
  readonly mayTrace: boolean;
  /** Yama: 0 any process of the same user, 1 only descendants, 2 only with the capability, 3 nobody. A kernel without Yama is 0. */
  readonly ptraceScope: 0 | 1 | 2 | 3;
  readonly yamaPresent: boolean;
  readonly namespaces: Namespaces;
  /** False inside a user namespace of somebody's own making. */
  readonly firstUserNamespace: boolean;
  readonly group: ControlGroup;
  readonly surroundings: "host" | "container" | "kubernetes";
  readonly hostName: string;
  /** Security modules of the kernel that are in force, where the kernel tells. */
  readonly securityModules: readonly string[];
}

// include/uapi/linux/capability.h.
const sysPtrace = 19n;

/** ispyd itself, as the kernel sees it. */
export function observe(): Observer {
  const status = readStatus(process.pid);
  const known = typeof status === "object" ? status : undefined;
  const nobody = { real: -1, effective: -1, saved: -1, filesystem: -1 };
  const capabilities = known?.effectiveCapabilities ?? 0n;
  const scope = readProcText("/proc/sys/kernel/yama/ptrace_scope", 16);
  const group = readControlGroup("self");
  const ownGroup = typeof group === "object" ? group : {};
  return {
    pid: process.pid,
    uid: known?.uid ?? nobody,
    gid: known?.gid ?? nobody,
    effectiveCapabilities: capabilities,
    mayTrace: ((capabilities >> sysPtrace) & 1n) === 1n,
    ptraceScope: typeof scope === "object" ? toScope(scope.text) : 0,
    yamaPresent: typeof scope === "object",
    namespaces: readNamespaces("self"),
    firstUserNamespace: hasWholeIdMap("self") ?? true,
    group: ownGroup,
    surroundings: surroundingsOf(ownGroup),
    hostName: hostname(),
    securityModules: readSecurityModules(),
  };
}

function toScope(text: string): Observer["ptraceScope"] {
  const scope = Number(text.trim());
  return scope === 1 || scope === 2 || scope === 3 ? scope : 0;
}

// A container on cgroup v2 sees "/" as its own group, so the files that the runtimes leave are asked too.
function surroundingsOf({ container }: ControlGroup): Observer["surroundings"] {
  if (container?.kind === "kubernetes" || process.env["KUBERNETES_SERVICE_HOST"] !== undefined) return "kubernetes";
  return container !== undefined || existsSync("/.dockerenv") || existsSync("/run/.containerenv") ? "container" : "host";
}

function readSecurityModules(): string[] {
  const read = readProcText("/sys/kernel/security/lsm", 1_024);
  const names = typeof read === "object" ? read.text.trim().split(",") : [];
  return names.filter((name) => ["apparmor", "selinux", "smack", "tomoyo", "bpf"].includes(name));
}
