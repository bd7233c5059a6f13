// /proc/PID/fd: what the descriptors of a process stand for. Source: proc_pid_fd(5).

import { readdirSync } from "node:fs";
import { type ProcAnswer, procPath, readProcLink, refusalOf } from "./read-text.ts";

type DescriptorKind = "socket" | "pipe" | "file" | "epoll" | "anonymous";

export interface Descriptor {
  readonly number: number;
  readonly kind: DescriptorKind;
  /** Inode of a socket or pipe; 0 for others. */
  readonly inode: number;
  /** A path as the target's kernel words it, or the text of the link ("anon_inode:[eventfd]"). */
  readonly path: string;
}

/** Descriptor numbers, at most `maximum`. */
export function listDescriptors(pid: number, maximum = 4_096): ProcAnswer<readonly number[]> {
  try {
    return readdirSync(`${procPath(pid)}/fd`)
      .slice(0, maximum)
      .map(Number);
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

/** What one descriptor stands for; undefined where it is closed. */
export function readDescriptor(pid: number, number: number): ProcAnswer<Descriptor> {
  const link = readProcLink(`${procPath(pid)}/fd/${number}`);
  return typeof link === "object" ? parseDescriptor(number, link.text) : link;
}

/** The inodes of the sockets that a process holds, among its first `maximum` descriptors. */
export function readSocketInodes(pid: number, maximum?: number): ProcAnswer<ReadonlySet<number>> {
  const numbers = listDescriptors(pid, maximum);
  if (typeof numbers !== "object") return numbers;
  const inodes = new Set<number>();
  for (const number of numbers) {
    const descriptor = readDescriptor(pid, number);
    if (typeof descriptor === "object" && descriptor.kind === "socket") inodes.add(descriptor.inode);
  }
  return inodes;
}

/** A file may be named "socket:[1]" too, but its link is a path that begins with "/". */
export function parseDescriptor(number: number, link: string): Descriptor {
  const match = /^(socket|pipe):\[(\d+)\]$/.exec(link);
  if (match !== null) return { number, kind: match[1] === "socket" ? "socket" : "pipe", inode: Number(match[2]), path: link };
  if (link.startsWith("/")) return { number, kind: "file", inode: 0, path: link };
  return { number, kind: link === "anon_inode:[eventpoll]" ? "epoll" : "anonymous", inode: 0, path: link };
}
