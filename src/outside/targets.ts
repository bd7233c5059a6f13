// From what people type (a pid, a service, `shop/2`, `:8000`) to processes with an identity that a reused pid can't borrow.
// First step of every command with a target.

import { closestNames } from "../base/closest-names.ts";
import { Failure } from "../base/failure.ts";
import { explainRefusal } from "./look-refusal.ts";
import { observe } from "./observer.ts";
import { openPortFinder } from "./ports.ts";
import { readProcLink } from "./proc/read-text.ts";
import { readStat } from "./proc/stat.ts";
import { identifyProcess, listPids, listPythonProcesses, type PythonProcess } from "./python-process.ts";
import { describeMember, describeServices, type ServiceProcess, type ServiceSettings } from "./services.ts";

export type Target = ServiceProcess;

/** Services, their workers and ports as they are at this moment. */
export function listServices(settings: ServiceSettings, signal?: AbortSignal): ServiceProcess[] {
  return describeServices(listPythonProcesses(signal), settings, openPortFinder());
}

/** The processes a target's text stands for: workers in order, launchers last. Throws the Failure that names the candidates. */
export async function resolveTargets(text: string, settings: ServiceSettings): Promise<Target[]> {
  return chooseTargets(text, settings);
}

function chooseTargets(text: string, settings: ServiceSettings): Target[] {
  if (/^\d+$/.test(text)) return [resolvePid(Number(text), settings)];
  if (/^:\d+$/.test(text)) return resolvePort(Number(text.slice(1)), settings);
  return resolveName(text, settings);
}

/** What `ps TARGET` lists: like `resolveTargets`, with helpers and with versions that can't be read. */
export function resolveServiceMembers(text: string, settings: ServiceSettings): ServiceProcess[] {
  const all = listServices(settings);
  if (/^:\d+$/.test(text) || /^\d+$/.test(text) || text.includes("/")) {
    const pids = new Set(chooseTargets(text, settings).map(({ pid }) => pid));
    return all.filter(({ pid }) => pids.has(pid));
  }
  return membersOf(all, text);
}

/** True where the pid still belongs to the process it was when the target was resolved. */
export function stillTheSame({ pid, startTicks }: Pick<Target, "pid" | "startTicks">): boolean {
  const stat = readStat(pid);
  return typeof stat === "object" && stat.startTicks === startTicks && stat.state !== "Z";
}

/** Every name that a target may be given by: services, their workers, ports, pids. For completion. */
export async function listTargetNames(settings: ServiceSettings, signal: AbortSignal): Promise<string[]> {
  const processes = listServices(settings, signal);
  const ports = openPortFinder();
  const portNames = processes.flatMap(({ pid, part }) => (part === "main" ? (ports.portsOf(pid) ?? []) : [])).map((port) => `:${port}`);
  const workers = processes.filter(({ worker }) => worker > 0).map(({ service, worker }) => `${service}/${worker}`);
  return [...new Set([...processes.map(({ service }) => service), ...workers, ...portNames, ...processes.map(({ pid }) => String(pid))])];
}

function resolvePid(pid: number, settings: ServiceSettings): Target {
  const kind = identifyProcess(pid);
  if (kind === undefined) throw pidMissing(pid);
  if (typeof kind !== "object") throw notPython(pid, kind);
  const target = describeMember(pid, listPythonProcesses(), settings, openPortFinder());
  if (target === undefined) throw gone(pid);
  return requireSupported(target);
}

function resolveName(text: string, settings: ServiceSettings): Target[] {
  const all = listServices(settings);
  const slash = text.lastIndexOf("/");
  const service = slash < 0 ? text : text.slice(0, slash);
  const members = membersOf(all, service);
  if (slash < 0) return selectable(members);
  const worker = members.find((process) => String(process.worker) === text.slice(slash + 1) && process.worker > 0);
  if (worker !== undefined) return [requireSupported(worker)];
  throw new Failure({
    code: "target-not-found",
    message: `the service ${service} has no worker ${text.slice(slash + 1)}`,
    hint: workersHint(service, members),
  });
}

// Exactly that name, else the one service whose name begins with it.
function membersOf(all: readonly ServiceProcess[], name: string): ServiceProcess[] {
  const exact = all.filter(({ service }) => service === name);
  if (exact.length > 0) return exact;
  const services = [...new Set(all.map(({ service }) => service))];
  const near = services.filter((service) => service.startsWith(name));
  if (name !== "" && near.length > 1) {
    throw new Failure({ code: "target-ambiguous", message: `"${name}" fits ${near.length} services`, hint: `say which: ${listed(near)}` });
  }
  const [only] = name === "" ? [] : near;
  if (only !== undefined) return all.filter(({ service }) => service === only);
  const close = closestNames(name, services);
  const hint =
    close.length > 0
      ? `did you mean ${listed(close)}?`
      : services.length > 0
        ? `there is ${listed(services)}`
        : "there is no Python process here that this user can see";
  throw new Failure({ code: "target-not-found", message: `there is no Python service "${name}"`, hint });
}

function selectable(members: readonly ServiceProcess[]): Target[] {
  const chosen = members.filter(({ part }) => part !== "helper");
  const [first] = chosen;
  if (chosen.length === 1 && first !== undefined) return [requireSupported(first)];
  const supported = launchersLast(chosen).filter(({ process }) => process.supported);
  return supported.length > 0 ? supported : launchersLast(members).map(requireSupported);
}

function launchersLast(members: readonly ServiceProcess[]): ServiceProcess[] {
  return [...members.filter(({ part }) => part !== "main"), ...members.filter(({ part }) => part === "main")];
}

function resolvePort(port: number, settings: ServiceSettings): Target[] {
  const all = listServices(settings);
  const finder = openPortFinder();
  const holders = new Set(
    finder.holdersOf(
      port,
      all.map(({ pid }) => pid),
    ),
  );
  if (holders.size > 0) return selectable(all.filter(({ pid }) => holders.has(pid)));
  const other = finder.holdersOf(port, listPids())[0];
  if (other !== undefined) throw portNotPython(port, other);
  const open = [...new Set(all.flatMap(({ pid }) => finder.portsOf(pid) ?? []))].map((one) => `:${one}`);
  throw new Failure({
    code: "target-not-found",
    message: `no process that this user can see listens on port ${port}`,
    hint:
      open.length > 0
        ? `Python processes listen on ${listed(open)}`
        : "a listener of another user is only seen by root: try sudo ispyd ...",
  });
}

function requireSupported(target: Target): Target {
  const { process } = target;
  if (process.supported) return target;
  throw new Failure({
    code: "python-unsupported",
    message: `process ${target.pid} runs ${pythonName(process)}, which ispyd can't read`,
    hint: "ispyd reads CPython 3.8 to 3.15 on 64-bit Linux",
  });
}

/** "PyPy", "Python 2.7", "Python 3.12". */
function pythonName({ kind, version, freeThreaded }: PythonProcess): string {
  if (kind === "pypy") return "PyPy";
  return version === undefined ? "Python" : `Python ${version}${freeThreaded ? "t" : ""}`;
}

function pidMissing(pid: number): Failure {
  const services = [...new Set(listServices({ services: [] }).map(({ service }) => service))];
  const hint = services.length > 0 ? `ispyd ps shows what is running: ${listed(services)}` : "ispyd ps shows what is running";
  return new Failure({ code: "target-not-found", message: `there is no process ${pid}`, hint });
}

function gone(pid: number): Failure {
  return new Failure({ code: "target-gone", message: `process ${pid} has ended`, hint: "ispyd ps shows what is running" });
}

function notPython(pid: number, kind: "not Python" | "kernel thread" | "zombie" | "EACCES"): Failure {
  const stat = readStat(pid);
  if (typeof stat !== "object") return gone(pid);
  if (kind === "zombie")
    return new Failure({
      code: "target-gone",
      message: `process ${pid} (${stat.comm}) has ended; its parent ${stat.ppid} has not collected it yet (zombie)`,
      hint: "ispyd ps shows what is running",
    });
  if (kind === "kernel thread")
    return new Failure({
      code: "not-python",
      message: `process ${pid} (${stat.comm}) is a thread of the kernel`,
      hint: "ispyd ps shows the Python processes",
    });
  if (kind === "EACCES") return hidden(pid, stat.comm);
  return new Failure({
    code: "not-python",
    message: `process ${pid} is ${programOf(pid, stat.comm)}, which holds no Python interpreter`,
    hint: "ispyd ps shows the Python processes",
  });
}

function hidden(pid: number, comm: string): Failure {
  const { why = "the kernel does not say why", remedy } = explainRefusal(pid, "EACCES", observe());
  return new Failure({
    code: "permission-denied",
    message: `which program process ${pid} (${comm}) runs is hidden from this user: ${why}`,
    ...(remedy === undefined ? {} : { hint: remedy }),
  });
}

function portNotPython(port: number, pid: number): Failure {
  const stat = readStat(pid);
  const program = programOf(pid, typeof stat === "object" ? stat.comm : "?");
  return new Failure({
    code: "not-python",
    message: `port ${port} belongs to process ${pid}, ${program}, which holds no Python interpreter`,
    hint: "a proxy in front of the application? ispyd ps shows the ports of Python processes",
  });
}

function programOf(pid: number, comm: string): string {
  const link = readProcLink(`/proc/${pid}/exe`);
  return typeof link === "object" ? `${link.text} (${comm})` : comm;
}

function workersHint(service: string, members: readonly ServiceProcess[]): string {
  const workers = members.filter(({ worker }) => worker > 0).map(({ worker }) => `${service}/${worker}`);
  return workers.length > 0 ? `there is ${listed(workers)}` : `it is a single process: ispyd ... ${service}`;
}

const mostListed = 8;

function listed(names: readonly string[]): string {
  return names.length > mostListed ? `${names.slice(0, mostListed).join(", ")} and ${names.length - mostListed} more` : names.join(", ");
}
