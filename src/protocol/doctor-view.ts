// The answer of `doctor` as people see it: this machine, each process of the target, then command by command what is possible here.

import { formatDurationMs } from "../base/units.ts";
import type { CommandPossibility, Diagnosis, DoctorResult, HostResult } from "./doctor-schema.ts";
import { targetName } from "./frame-view.ts";
import type { PossibilityResult } from "./process-schema.ts";
import { whereText } from "./ps-view.ts";
import type { Cell, View } from "./view.ts";

interface Field {
  readonly name: string;
  readonly value: Cell;
  readonly remedy?: string;
}

export function doctorView({ host, targets, commands }: DoctorResult): View[] {
  return [
    { shape: "record", title: "This machine", fields: hostFields(host) },
    ...targets.map((target): View => ({
      shape: "record",
      title: `${targetName(target)} (pid ${target.pid})`,
      fields: targetFields(target),
    })),
    { shape: "record", title: "Commands", fields: commandFields(commands) },
  ];
}

function hostFields(host: HostResult): Field[] {
  return [
    { name: "user", value: `${host.user} (uid ${host.uid})` },
    {
      name: "CAP_SYS_PTRACE",
      value: host.mayTrace ? good("yes") : warn("no: processes of other users, and those that are not dumpable, can't be looked at"),
    },
    { name: "ptrace_scope", value: scopeCell(host) },
    {
      name: "where",
      value: host.surroundings === "host" ? "on a host" : host.surroundings === "container" ? "in a container" : "in a pod of Kubernetes",
    },
    {
      name: "user namespace",
      value: host.firstUserNamespace
        ? "the first (or one that maps every user)"
        : warn("one of its own: root here is not root on the host"),
    },
    { name: "security modules", value: host.securityModules.length > 0 ? host.securityModules.join(", ") : "none that the kernel names" },
    {
      name: "system",
      value: `Linux ${host.kernel} on ${host.machine}, Node ${host.node}${host.machine === "aarch64" ? " (aarch64 is supported and untested)" : ""}`,
    },
    { name: "audit log", value: host.auditDirectory },
    { name: "settings", value: host.settings.length > 0 ? host.settings.join(", ") : "no ispyd.toml" },
    { name: "Python processes", value: `${host.pythonProcesses}, of which ${host.readableProcesses} can be looked at` },
  ];
}

function scopeCell({ ptraceScope, yamaPresent, mayTrace }: HostResult): Cell {
  if (!yamaPresent) return good("none (the kernel has no Yama)");
  if (ptraceScope === 0) return good("0: any process of the same user");
  const meaning =
    ptraceScope === 1 ? "only descendants of this process" : ptraceScope === 2 ? "only with CAP_SYS_PTRACE" : "nobody, until the next boot";
  return mayTrace && ptraceScope < 3
    ? good(`${ptraceScope}: ${meaning}; CAP_SYS_PTRACE goes round it`)
    : warn(`${ptraceScope}: ${meaning}`);
}

function targetFields(target: Diagnosis): Field[] {
  return [
    { name: "what", value: target.application === undefined ? target.role : `${target.role}, ${target.application}` },
    { name: "Python", ...pythonField(target) },
    { name: "runs as", value: `${target.user} (uid ${target.uid}), for ${formatDurationMs(target.ageMs)}` },
    { name: "where", value: whereText(target.where) },
    { name: "libc", value: target.libc },
    { name: "remote debugging", value: target.remoteDebugging },
    { name: "ceiling", value: target.ceilingLevel === undefined ? target.ceiling : warn(`${target.ceilingLevel}: ${target.ceiling}`) },
    { name: "seccomp", value: target.seccomp },
    ...(target.tracerPid === 0 ? [] : [{ name: "traced by", value: `process ${target.tracerPid}` }]),
    possibilityField("look", target.access.look),
    possibilityField("attach", target.access.attach, target.access.look),
    possibilityField("pause", target.pause, target.access.look),
  ];
}

function pythonField(target: Diagnosis): Omit<Field, "name"> {
  const version = target.python === "" ? "of an unknown version" : target.python;
  if (target.interpreter !== undefined)
    return { value: `${version}, ${target.interpreter.build}, ${target.interpreter.machine}, ${target.interpreter.path}` };
  return { value: target.problem === undefined ? version : warn(`${version}: ${target.problem}`) };
}

// A cause that stands with `above` already is not told twice.
function possibilityField(name: string, { possible, why, remedy }: PossibilityResult, above?: PossibilityResult): Field {
  if (!possible && above?.possible === false && above.why === why) return { name, value: { text: "not possible either", tone: "bad" } };
  const text = possible ? `possible${why === undefined ? "" : `, but ${why}`}` : `not possible: ${why ?? ""}`;
  return {
    name,
    value: possible ? (why === undefined ? good(text) : warn(text)) : { text, tone: "bad" },
    ...(remedy === undefined ? {} : { remedy }),
  };
}

// Commands that stand alike share a line: one cause is read once.
function commandFields(commands: readonly CommandPossibility[]): Field[] {
  const groups = new Map<string, CommandPossibility[]>();
  for (const command of commands) {
    const key = `${command.possible}\n${command.why ?? ""}\n${command.remedy ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), command]);
  }
  return [...groups.values()].toSorted(([one], [other]) => Number(other?.possible) - Number(one?.possible)).map(groupField);
}

function groupField(group: readonly CommandPossibility[]): Field {
  const [first] = group;
  const names = group.map(({ command }) => command).join(", ");
  const value = first?.why === undefined ? names : `${names}: ${first.why}`;
  const tone = first?.possible !== true ? "bad" : first.why === undefined ? "good" : "warn";
  return {
    name: first?.possible === true ? "possible" : "not possible",
    value: { text: value, tone },
    ...(first?.remedy === undefined ? {} : { remedy: first.remedy }),
  };
}

function good(text: string): Cell {
  return { text, tone: "good" };
}

function warn(text: string): Cell {
  return { text, tone: "warn" };
}
