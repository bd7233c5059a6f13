// Which C library a process has, by the name of its loader among the mapped files. Source: ld.so(8); musl's loader is its libc ("ld-musl-x86_64.so.1").

import { readProcBytes } from "./proc/read-text.ts";

export type LibC = "glibc" | "musl" | "unknown";

const mostBytes = 4 * 1024 * 1024;

export function readLibC(pid: number): LibC {
  const maps = readProcBytes(`/proc/${pid}/maps`, mostBytes);
  if (typeof maps !== "object") return "unknown";
  if (/\/(?:ld-musl-|libc\.musl-)[\w.-]+(?: \(deleted\))?\n/.test(maps.bytes.toString("latin1"))) return "musl";
  return maps.bytes.includes("/libc.so.6") || maps.bytes.includes("/libc-2.") ? "glibc" : "unknown";
}
