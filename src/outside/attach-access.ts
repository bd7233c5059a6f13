// May an agent be put into a process that can be read? Only what is known from outside without touching it: roles, switches of its owner, seccomp.

import type { AccessSubject, Possibility } from "./possibility.ts";
import { readControlGroup } from "./proc/cgroup.ts";
import { readArguments } from "./proc/cmdline.ts";
import { type Environment, readEnvironment } from "./proc/environ.ts";
import { readStatus } from "./proc/status.ts";
import type { PythonProcess } from "./python-process.ts";

/** For a process whose memory can be opened. */
export function attachAccess({ pid, process, service, forksWorkers }: AccessSubject): Possibility {
  if (forksWorkers) {
    return no(
      "forks workers",
      "it forks the workers of its service, and whatever enters it would be in every later worker",
      `attach to its workers: ${service}/1`,
    );
  }
  const read = readEnvironment(pid);
  const environment = typeof read === "object" ? read : undefined;
  return switchedOffByOption(process) ?? switchedOff(environment) ?? confined(pid) ?? reservation(environment);
}

// -X disable_remote_debug, in one word or two (3.14 and later; before, Python ignores it and ispyd does not).
function switchedOffByOption({ pid, version }: PythonProcess): Possibility | undefined {
  if (Number(version?.split(".")[1] ?? 0) < 14) return undefined;
  const words = readArguments(pid);
  const found =
    typeof words === "object" &&
    words.some((word, index) => word === "-Xdisable_remote_debug" || (word === "disable_remote_debug" && words[index - 1] === "-X"));
  return found
    ? no("remote debugging off", "it was started with -X disable_remote_debug", "start the application without -X disable_remote_debug")
    : undefined;
}

// The interpreter takes any text that is not empty as "off" (Python/initconfig.c of 3.14); ispyd honours it on every version.
function switchedOff(environment: Environment | undefined): Possibility | undefined {
  if ((environment?.get("PYTHON_DISABLE_REMOTE_DEBUG") ?? "") !== "") {
    return no(
      "remote debugging off",
      "its owner set PYTHON_DISABLE_REMOTE_DEBUG",
      "start the application without PYTHON_DISABLE_REMOTE_DEBUG",
    );
  }
  const ceiling = (environment?.get("ISPYD_CEILING") ?? "").trim().toLowerCase();
  if (ceiling !== "none" && ceiling !== "look") return undefined;
  return no(
    `ceiling ${ceiling}`,
    `its owner set ISPYD_CEILING=${ceiling}, which nobody outside may raise`,
    "the owner of the application would have to start it with a higher ISPYD_CEILING",
  );
}

// Container runtimes install filters of their own, which do no harm here.
function confined(pid: number): Possibility | undefined {
  const status = readStatus(pid);
  const seccomp = typeof status === "object" ? status.seccomp : 0;
  if (seccomp === 1)
    return no(
      "seccomp strict",
      "it runs in seccomp's strict mode, where an agent could do nothing",
      "start the application without seccomp's strict mode",
    );
  if (seccomp !== 2) return undefined;
  const group = readControlGroup(pid);
  if (typeof group === "object" && group.container !== undefined) return undefined;
  return no(
    "seccomp filters",
    "seccomp filters are set by something other than a container runtime, and an agent's system calls may end the process",
    "say --accept-seccomp when attaching if you know the filters",
  );
}

function reservation(environment: Environment | undefined): Possibility {
  if (environment?.overwritten !== true) return { possible: true };
  return {
    possible: true,
    why: "the process has overwritten its environment (setproctitle does), so that a ceiling or PYTHON_DISABLE_REMOTE_DEBUG would not show here",
  };
}

function no(reason: string, why: string, remedy: string): Possibility {
  return { possible: false, reason, why, remedy };
}
