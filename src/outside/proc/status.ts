// /proc/PID/status: owners, namespaces' pids, capabilities, signals, memory. Source: proc_pid_status(5).

import { type ProcAnswer, procPath, readProcText } from "./read-text.ts";

export interface UserIds {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
  readonly filesystem: number;
}

export interface ProcessStatus {
  readonly name: string;
  /** Thread group: the pid that the thread belongs to. */
  readonly tgid: number;
  /** Pid of a tracer (gdb, strace); 0 where there is none. */
  readonly tracerPid: number;
  readonly uid: UserIds;
  readonly gid: UserIds;
  /** The id in each pid namespace from ours inwards; the last is the one the process itself sees. */
  readonly namespacePids: readonly number[];
  readonly namespaceTgids: readonly number[];
  /** Resident memory; 0 for kernel threads and zombies. */
  readonly residentBytes: number;
  readonly threads: number;
  readonly permittedCapabilities: bigint;
  readonly effectiveCapabilities: bigint;
  /** Signals with a handler: bit n-1 stands for signal n. */
  readonly caughtSignals: bigint;
  readonly pendingSignals: bigint;
  /** 0 off, 1 strict, 2 filters. */
  readonly seccomp: number;
}

/** Facts of a process, or of one thread of it. */
export function readStatus(pid: number, tid?: number): ProcAnswer<ProcessStatus> {
  const read = readProcText(`${procPath(pid, tid)}/status`, 16_384);
  return typeof read === "object" ? parseStatus(read.text) : read;
}

/** Lines that an older kernel lacks read as zero or empty; undefined where it is no status file. */
export function parseStatus(text: string): ProcessStatus | undefined {
  const lines = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0 && !lines.has(line.slice(0, colon))) lines.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  if (!lines.has("Tgid")) return undefined;
  const numbers = (name: string): number[] =>
    (lines.get(name) ?? "")
      .split(/\s+/)
      .filter((word) => word !== "")
      .map(Number);
  const number = (name: string): number => numbers(name)[0] ?? 0;
  return {
    name: lines.get("Name") ?? "",
    tgid: number("Tgid"),
    tracerPid: number("TracerPid"),
    uid: toIds(numbers("Uid")),
    gid: toIds(numbers("Gid")),
    namespacePids: numbers("NSpid"),
    namespaceTgids: numbers("NStgid"),
    residentBytes: (Number.parseInt(lines.get("VmRSS") ?? "0", 10) || 0) * 1024,
    threads: number("Threads"),
    permittedCapabilities: hex(lines.get("CapPrm")),
    effectiveCapabilities: hex(lines.get("CapEff")),
    caughtSignals: hex(lines.get("SigCgt")),
    pendingSignals: hex(lines.get("SigPnd")) | hex(lines.get("ShdPnd")),
    seccomp: number("Seccomp"),
  };
}

function toIds([real = 0, effective = 0, saved = 0, filesystem = 0]: readonly number[]): UserIds {
  return { real, effective, saved, filesystem };
}

function hex(text: string | undefined): bigint {
  return text !== undefined && /^[0-9a-f]+$/.test(text) ? BigInt(`0x${text}`) : 0n;
}
