// Python processes by service: the names that people type, the numbers of workers, and what each process is.
// Between the scan of /proc and both `ps` and the resolving of targets.

import { type Family, type FamilyMember, growFamilies } from "./family-tree.ts";
import type { LauncherFamily } from "./launchers/launch.ts";
import { typeableName } from "./launchers/names.ts";
import type { PortFinder } from "./ports.ts";
import type { PythonProcess } from "./python-process.ts";

export interface ServiceProcess {
  readonly pid: number;
  /** With the pid, the identity of the process. */
  readonly startTicks: number;
  readonly process: PythonProcess;
  /** Unique among services: "shop", or "shop@8001" for a second one of that name. */
  readonly service: string;
  /** From 1 by start time; 0 for a process that is not one of several workers. */
  readonly worker: number;
  /** In words: "gunicorn worker (gthread)". */
  readonly role: string;
  readonly part: FamilyMember["part"];
  readonly family: LauncherFamily;
  /** As the launcher was given it: "shop.wsgi:app". */
  readonly application?: string;
  /** True for the process that forks the workers of its service: it may be looked at, never entered. */
  readonly forksWorkers: boolean;
}

/** The part of ispyd.toml that names services. */
export interface ServiceSettings {
  readonly services: readonly { readonly name: string; readonly application: string }[];
}

/** Every process in its service, by service name, launcher first, then workers in order. */
export function describeServices(processes: readonly PythonProcess[], settings: ServiceSettings, ports: PortFinder): ServiceProcess[] {
  const families = growFamilies(processes);
  const names = nameFamilies(families, settings, ports);
  return families
    .flatMap((family, index) => toProcesses(family, names[index] ?? "python"))
    .sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : 0));
}

/**
 * One process in its service, as `describeServices` has it; undefined where it is not among `processes`. Only families that could bear
 * the same name are compared: others are not asked for their ports, which is what a large machine takes longest for.
 */
export function describeMember(
  pid: number,
  processes: readonly PythonProcess[],
  settings: ServiceSettings,
  ports: PortFinder,
): ServiceProcess | undefined {
  const families = growFamilies(processes);
  const family = families.find(({ members }) => members.some(({ process }) => process.pid === pid));
  if (family === undefined) return undefined;
  const stem = stemOf(plainName(family, settings));
  const namesakes = families.filter((other) => stemOf(plainName(other, settings)) === stem);
  const name = nameFamilies(namesakes, settings, ports)[namesakes.indexOf(family)];
  return toProcesses(family, name ?? "python").find((process) => process.pid === pid);
}

// A name is made distinct by what follows an "@" only, so two names can't meet where these parts differ.
function stemOf(name: string): string {
  return name.split("@")[0] ?? name;
}

function toProcesses(family: Family, service: string): ServiceProcess[] {
  const workers = family.members.filter(({ part }) => part === "worker");
  const ranks: Record<FamilyMember["part"], number> = { main: 0, worker: 1, child: 2, helper: 3 };
  const ordered = [...family.members].sort((a, b) => ranks[a.part] - ranks[b.part]);
  return ordered.map((member) => ({
    pid: member.process.pid,
    startTicks: member.process.stat.startTicks,
    process: member.process,
    service,
    worker: workers.indexOf(member) + 1,
    role: member.role,
    part: member.part,
    family: member.launch.family,
    ...(member.launch.application === undefined ? {} : { application: member.launch.application }),
    forksWorkers: member.part === "main" && member.launch.forksWorkers,
  }));
}

// The oldest keeps the plain name, so that it does not change when another of that name starts.
function nameFamilies(families: readonly Family[], settings: ServiceSettings, ports: PortFinder): string[] {
  const taken = new Map<string, Family>();
  const names = new Map<Family, string>();
  // Background workers come after the web server of the same application, whichever started first.
  const ordered = [...families].sort((a, b) => Number(isBackground(a)) - Number(isBackground(b)));
  for (const family of ordered) {
    const plain = plainName(family, settings);
    const first = taken.get(plain);
    const name = first === undefined ? plain : distinguish({ plain, first, family, taken, ports });
    taken.set(name, family);
    names.set(family, name);
  }
  return families.map((family) => names.get(family) ?? "python");
}

function isBackground({ main }: Family): boolean {
  return main.launch.family === "celery" || main.launch.family === "plain";
}

function plainName(family: Family, settings: ServiceSettings): string {
  return configuredName(family, settings) ?? family.main.launch.name;
}

function configuredName({ main }: Family, { services }: ServiceSettings): string | undefined {
  const { application } = main.launch;
  if (application === undefined) return undefined;
  const found = services.find((service) => service.application === application || service.application === application.split(":")[0]);
  return found === undefined ? undefined : typeableName(found.name);
}

interface Collision {
  readonly plain: string;
  readonly first: Family;
  readonly family: Family;
  readonly taken: ReadonlyMap<string, Family>;
  readonly ports: PortFinder;
}

function distinguish({ plain, first, family, taken, ports }: Collision): string {
  const { launch, process } = family.main;
  const marks =
    launch.family === first.main.launch.family ? [ports.portsOf(process.pid)?.[0]] : [launch.family, ports.portsOf(process.pid)?.[0]];
  const names = marks.flatMap((mark) => (mark === undefined ? [] : [`${plain}@${mark}`]));
  return names.find((name) => !taken.has(name)) ?? `${plain}@${process.pid}`;
}
