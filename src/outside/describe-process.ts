// Everything that `ps` and `doctor` say about one process, gathered from /proc without touching it.

import { monotonicMs } from "../base/clock.ts";
import { assessAccess } from "./access.ts";
import type { Access } from "./possibility.ts";
import { openWorkerClassReader, type WorkerClassReader } from "./gunicorn-worker-class.ts";
import { observe, type Observer } from "./observer.ts";
import { openPortFinder, type PortFinder } from "./ports.ts";
import { ageMs, readUptimeMs } from "./proc/age.ts";
import { type ProcessStat, readStat, ticksPerSecond } from "./proc/stat.ts";
import { readStatus } from "./proc/status.ts";
import type { PythonProcess } from "./python-process.ts";
import { openVersionReader, type VersionReader } from "./python-version.ts";
import type { ServiceProcess } from "./services.ts";
import { userName } from "./users.ts";
import { locateProcess, type Whereabouts } from "./whereabouts.ts";

export interface ProcessDescription {
  /** As the services have it, and for a titled gunicorn worker with its class. */
  readonly role: string;
  readonly parent: number;
  readonly python: string;
  readonly executable: string;
  readonly ageMs: number;
  readonly uid: number;
  readonly user: string;
  readonly cpuLifetimePercent: number;
  readonly residentBytes: number;
  readonly threads: number;
  readonly ports: readonly number[];
  readonly portsHidden: boolean;
  readonly where: Whereabouts;
  readonly access: Access;
}

/** What the descriptions of one request share, each part read once. */
export interface Surroundings {
  readonly observer: Observer;
  readonly ports: PortFinder;
  readonly versions: VersionReader;
  readonly workerClasses: WorkerClassReader;
  readonly uptimeMs: number;
}

export function lookAround(): Surroundings {
  return {
    observer: observe(),
    ports: openPortFinder(),
    versions: openVersionReader(),
    workerClasses: openWorkerClassReader(),
    uptimeMs: readUptimeMs(),
  };
}

/** Undefined where the process has ended meanwhile. */
export function describeProcess(subject: ServiceProcess, surroundings: Surroundings): ProcessDescription | undefined {
  const { pid, process } = subject;
  const status = readStatus(pid);
  if (typeof status !== "object") return undefined;
  const access = assessAccess(subject, surroundings.observer);
  const ports = surroundings.ports.portsOf(pid);
  const livedMs = ageMs(process.stat.startTicks, surroundings.uptimeMs);
  return {
    role: access.look.possible ? surroundings.workerClasses.roleOf(subject) : subject.role,
    parent: process.stat.ppid,
    python: process.kind === "pypy" ? "PyPy" : surroundings.versions.versionOf(process),
    executable: process.executable,
    ageMs: livedMs,
    uid: status.uid.effective,
    user: userName(status.uid.effective),
    cpuLifetimePercent: percent(busyMs(process.stat), livedMs),
    residentBytes: status.residentBytes,
    threads: process.stat.threads,
    ports: ports ?? [],
    portsHidden: ports === undefined,
    where: locateProcess(pid, surroundings.observer),
    access,
  };
}

/** Share of one processor from the moment the process was found until now; 0 where it has ended. */
export function cpuPercentSince({ pid, stat, seenAtMs }: PythonProcess): number {
  const now = readStat(pid);
  const nowMs = monotonicMs();
  return typeof now === "object" && now.startTicks === stat.startTicks ? percent(busyMs(now) - busyMs(stat), nowMs - seenAtMs) : 0;
}

function busyMs({ userTicks, systemTicks }: ProcessStat): number {
  return ((userTicks + systemTicks) * 1000) / ticksPerSecond;
}

function percent(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.round((part / whole) * 1000) / 10;
}
