// The memory of another process through /proc/PID/mem: plain reads, no ptrace call, no stop. Source: proc_pid_mem(5).
// An address that can't be read is a value (undefined), since a running process unmaps and frees while it is read.

import { closeSync, openSync, readSync } from "node:fs";
import { u64 } from "../base/bytes.ts";
import { errnoOf } from "../base/failure.ts";

/** Anything that memory can be read from: a live process, or a recording in tests. */
export interface Memory {
  /** `sizeBytes` bytes at `address`, or undefined where not all of them can be read. */
  read(address: number, sizeBytes: number): Buffer | undefined;
  /** Like `read`, into a buffer that the caller owns; false where not all of it could be filled. */
  readInto(target: Buffer, sizeBytes: number, address: number): boolean;
  /** Reads made so far, for the measured cost of an answer. */
  readonly reads: number;
}

/** A memory that is given back once it was read. */
export interface OpenMemory extends Memory {
  close(): void;
}

// No single structure that ispyd reads is larger; a hostile size ends here.
const largestReadBytes = 16 * 1024 * 1024;
// The first page is never mapped, and user space ends at 2^47 (x86-64 with 4 levels) or 2^52 (aarch64); anything else is not a pointer.
const lowestAddress = 0x1000;
const highestAddress = 2 ** 52;

export function isAddress(address: number): boolean {
  return address >= lowestAddress && address < highestAddress;
}

/** The memory of a live process; `close` gives the descriptor back. The mapping stays that of the program that ran at opening, even after exec. */
export class ProcessMemory implements OpenMemory {
  readonly #descriptor: number;
  #closed = false;
  reads = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  read(address: number, sizeBytes: number): Buffer | undefined {
    if (!(sizeBytes >= 0 && sizeBytes <= largestReadBytes)) return undefined;
    const target = Buffer.allocUnsafe(sizeBytes);
    return this.readInto(target, sizeBytes, address) ? target : undefined;
  }

  readInto(target: Buffer, sizeBytes: number, address: number): boolean {
    if (!isAddress(address) || sizeBytes > target.length) return false;
    if (sizeBytes === 0) return true;
    this.reads += 1;
    try {
      return readSync(this.#descriptor, target, 0, sizeBytes, address) === sizeBytes;
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#descriptor);
  }
}

/** Opens a process's memory for reading, or says which error stood in the way. */
export function openMemory(pid: number): ProcessMemory | { readonly errno: string } {
  try {
    return new ProcessMemory(openSync(`/proc/${pid}/mem`, "r"));
  } catch (thrown) {
    return { errno: errnoOf(thrown) ?? "unknown" };
  }
}

/** One pointer or size; undefined where it can't be read. */
export function readWord(memory: Memory, address: number): number | undefined {
  const bytes = memory.read(address, 8);
  return bytes === undefined ? undefined : u64(bytes, 0);
}
