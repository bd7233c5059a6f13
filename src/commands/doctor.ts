// `doctor`: this machine, the target's processes, and command by command what is possible. The path: dispatch -> here -> outside.

import { arch, release } from "node:os";
import { Failure } from "../base/failure.ts";
import { lookAccess } from "../outside/access.ts";
import { describeProcess, lookAround, type Surroundings } from "../outside/describe-process.ts";
import { openInterpreter } from "../outside/interpreter.ts";
import { readLibC } from "../outside/libc.ts";
import type { Observer } from "../outside/observer.ts";
import { readOwnerSwitches } from "../outside/owner-switches.ts";
import { pauseRefusal } from "../outside/pause.ts";
import { readStatus } from "../outside/proc/status.ts";
import type { ServiceProcess } from "../outside/services.ts";
import { listServices, resolveServiceMembers } from "../outside/targets.ts";
import { userName } from "../outside/users.ts";
import { catalogue } from "../protocol/catalogue.ts";
import type { CommandRecord } from "../protocol/command.ts";
import type record from "../protocol/commands/doctor.ts";
import type { CommandPossibility, Diagnosis, HostResult } from "../protocol/doctor-schema.ts";
import { type Level, levels } from "../protocol/level.ts";
import type { PossibilityResult } from "../protocol/process-schema.ts";
import type { Context, Handler } from "../protocol/request.ts";
import { raisedByOwner, readCeiling } from "./ceiling.ts";
import { processFacts } from "./process-facts.ts";

export const run: Handler<typeof record> = async (_params, context) => {
  const surroundings = lookAround();
  const { observer } = surroundings;
  const all = listServices(context.settings, context.signal);
  const readable = all.filter((process) => lookAccess(process, observer).possible).length;
  const chosen = context.target === undefined ? [] : resolveServiceMembers(context.target, context.settings);
  const targets = chosen.flatMap((process) => diagnose(process, surroundings, context) ?? []);
  const host = describeHost(observer, context, { pythonProcesses: all.length, readableProcesses: readable });
  const commands = [...catalogue.values()]
    .filter(({ hidden, level }) => hidden !== true && level !== "local")
    .map((command) => judge(command, targets, host));
  return { host, targets, commands };
};

function describeHost(
  observer: Observer,
  { audit, settings }: Context,
  counts: { pythonProcesses: number; readableProcesses: number },
): HostResult {
  return {
    user: userName(observer.uid.effective),
    uid: observer.uid.effective,
    mayTrace: observer.mayTrace,
    ptraceScope: observer.ptraceScope,
    yamaPresent: observer.yamaPresent,
    surroundings: observer.surroundings,
    firstUserNamespace: observer.firstUserNamespace,
    securityModules: [...observer.securityModules],
    kernel: release(),
    machine: arch() === "x64" ? "x86-64" : arch() === "arm64" ? "aarch64" : arch(),
    node: process.versions.node,
    auditDirectory: audit.directory,
    settings: [...settings.sources],
    ...counts,
  };
}

function diagnose(subject: ServiceProcess, surroundings: Surroundings, context: Context): Diagnosis | undefined {
  const description = describeProcess(subject, surroundings);
  const status = readStatus(subject.pid);
  if (description === undefined || typeof status !== "object") return undefined;
  context.touched(subject.pid);
  const { pid } = subject;
  const facts = processFacts(subject, description);
  const inside = readInterpreter(subject, description.access.look.possible);
  return {
    ...facts,
    libc: readLibC(pid),
    tracerPid: status.tracerPid,
    seccomp: status.seccomp === 2 ? "filters" : status.seccomp === 1 ? "strict" : "off",
    ...readOwnerSwitches(subject.process),
    ...inside,
    access: { look: facts.access.look, attach: underCeiling(facts.access.attach, inside.ceilingLevel, inside.ceiling) },
    // A pause is for reading: where that is not possible, it has no use.
    pause: facts.access.look.possible ? pausePossibility(pid) : facts.access.look,
  };
}

type Inside = Pick<Diagnosis, "interpreter" | "problem" | "ceilingLevel"> & Partial<Pick<Diagnosis, "ceiling">>;

// The ceiling stands in memory and beside the application too, so where that can be read it is: the environment at start is not all of it.
function readInterpreter({ pid }: ServiceProcess, readable: boolean): Inside {
  if (!readable) return {};
  const interpreter = openInterpreter(pid);
  if (interpreter instanceof Failure) return { problem: interpreter.message };
  const ceiling = readCeiling(interpreter);
  interpreter.close();
  const { path, build, machine } = interpreter;
  const found = { interpreter: { path, build, machine } };
  return ceiling === undefined ? { ...found, ceiling: "none set" } : { ...found, ceiling: ceiling.why, ceilingLevel: ceiling.level };
}

// `ps` knows only the environment at start. An agent answers from level inspect on.
function underCeiling(attach: PossibilityResult, level: Level | undefined, why: string | undefined): PossibilityResult {
  if (!attach.possible || level !== "look") return attach;
  return { possible: false, reason: "ceiling look", why: why ?? "", remedy: raisedByOwner };
}

function pausePossibility(pid: number): PossibilityResult {
  const refusal = pauseRefusal(pid);
  return refusal === undefined
    ? { possible: true }
    : { possible: false, reason: "no pause", why: refusal.message, ...(refusal.hint === "" ? {} : { remedy: refusal.hint }) };
}

// A command with a target is as possible as its weakest process; without one named, as what this machine allows in general.
function judge({ name, level, target }: CommandRecord, targets: readonly Diagnosis[], host: HostResult): CommandPossibility {
  const base = { command: name, level };
  if (target !== "required" || processTableOnly.has(name)) return { ...base, possible: true };
  if (targets.length === 0) return { ...base, ...general(host) };
  const blocked = targets.find(({ access }) => !access.look.possible);
  if (blocked !== undefined) {
    const { reason, why, remedy } = blocked.access.look;
    return { ...base, ...impossible(`process ${blocked.pid}: ${why ?? ""}`, remedy), ...(reason === undefined ? {} : { reason }) };
  }
  const limited = targets.find(({ ceilingLevel }) => ceilingLevel !== undefined && levels.indexOf(ceilingLevel) < levels.indexOf(level));
  if (limited !== undefined)
    return { ...base, reason: "ceiling", ...impossible(`process ${limited.pid}: ${limited.ceiling}`, raisedByOwner) };
  return { ...base, possible: targets.every(({ problem }) => problem === undefined), ...problemOf(targets) };
}

// These read of /proc only what every user may, as `ps` and `doctor` do.
const processTableOnly: ReadonlySet<string> = new Set(["children"]);

function impossible(why: string, remedy: string | undefined): PossibilityResult {
  return { possible: false, why, ...(remedy === undefined ? {} : { remedy }) };
}

function problemOf(targets: readonly Diagnosis[]): { why?: string } {
  const problem = targets.find((target) => target.problem !== undefined)?.problem;
  return problem === undefined ? {} : { why: problem };
}

function general({ pythonProcesses, readableProcesses, mayTrace }: HostResult): PossibilityResult {
  if (pythonProcesses === readableProcesses) return { possible: true };
  const count = `${readableProcesses} of ${pythonProcesses} Python processes can be looked at`;
  return {
    possible: readableProcesses > 0,
    why: count,
    remedy: mayTrace ? "ispyd ps says why for each" : "ispyd ps says why for each; sudo ispyd ... sees all",
  };
}
