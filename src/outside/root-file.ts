// Opens a file as a target sees it, under /proc/PID/root, one component at a time: links are resolved here and never leave the root.
// A target chooses what lies there, and the reader may be root: so only regular files of ordinary filesystems are opened, and nothing that could block.
// Source: openat(2) through /proc/self/fd, O_PATH in open(2), path_resolution(7), mountinfo in proc_pid_mountinfo(5).

import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from "node:fs";
import { errnoOf } from "../base/failure.ts";
import { type MountTypes, readMountTypes } from "./proc/mounts.ts";

export interface RootFileRefusal {
  readonly refused: "missing" | "permission" | "too many links" | "not a regular file" | "filesystem" | "too large";
  /** One clause for a message: "/app/x is a FIFO". */
  readonly why: string;
}

export interface RootFileQuestion {
  /** Whose view of the files: a process. */
  readonly pid: number;
  /** An absolute path in that view. */
  readonly path: string;
  readonly maxBytes: number;
  /** A folder in place of /proc/PID/root. */
  readonly root?: string;
}

// O_PATH on x86-64 and aarch64 (include/uapi/asm-generic/fcntl.h): a handle that opens nothing, so no device is woken and no FIFO blocks.
const pathOnly = 0o10000000;
const mostLinks = 40;
const mostComponents = 1_024;

/** The whole content, or why it is refused. Never throws for what lies in the target's root. */
export function readRootFile(question: RootFileQuestion): Buffer | RootFileRefusal {
  const opened = openRootFile(question);
  if (typeof opened !== "number") return opened;
  try {
    const { size } = fstatSync(opened);
    if (size > question.maxBytes)
      return { refused: "too large", why: `${question.path} has ${size} bytes, more than ${question.maxBytes}` };
    const content = Buffer.alloc(size);
    return content.subarray(0, readSync(opened, content, 0, size, 0));
  } catch (thrown) {
    return refusalOf(thrown, question.path);
  } finally {
    closeSync(opened);
  }
}

/**
 * A handle on a socket's name, which the caller closes, or why there is none. connect(2) through /proc/self/fd reaches this very socket: no
 * link is followed on the way, and its path may be longer than the 107 bytes that sun_path holds (unix(7)).
 */
export function holdRootSocket({ pid, path, root }: Omit<RootFileQuestion, "maxBytes">): number | RootFileRefusal {
  return openRootEntry({ pid, path, ...(root === undefined ? {} : { root }) }, (handle) => {
    const facts = fstatSync(handle);
    if (!facts.isSocket()) return { refused: "not a regular file", why: `${path} is ${kindOf(facts)}` };
    return openSync(`/proc/self/fd/${handle}`, pathOnly);
  });
}

/** A descriptor for reading, which the caller closes, or why there is none. */
function openRootFile(question: RootFileQuestion): number | RootFileRefusal {
  return openRootEntry(question, (handle) => openRegular(handle, question.path));
}

function openRootEntry(
  { pid, path, root }: Omit<RootFileQuestion, "maxBytes">,
  open: (handle: number) => number | RootFileRefusal,
): number | RootFileRefusal {
  const held: number[] = [];
  try {
    const top = openSync(root ?? `/proc/${pid}/root`, constants.O_RDONLY | constants.O_DIRECTORY | pathOnly);
    held.push(top);
    const found = walk({ held, mounts: readMountTypes(pid), path });
    return typeof found === "number" ? open(found) : found;
  } catch (thrown) {
    return refusalOf(thrown, path);
  } finally {
    for (const descriptor of held) closeSync(descriptor);
  }
}

const staysHere: ReadonlySet<string> = new Set(["", "."]);

interface Walk {
  /** Every descriptor opened, closed by the caller; the first is the root. */
  readonly held: number[];
  readonly mounts: MountTypes;
  readonly path: string;
}

// The folders on the way are kept open, so that ".." goes back along them and never above the root, whatever is renamed meanwhile.
function walk({ held, mounts, path }: Walk): number | RootFileRefusal {
  const top = held[0] ?? -1;
  let way = [top];
  let pending = path.split("/").reverse();
  let links = 0;
  for (let step = 0; pending.length > 0; step += 1) {
    if (step > mostComponents) return { refused: "too many links", why: `${path} has more than ${mostComponents} components` };
    const component = pending.pop() ?? "";
    if (staysHere.has(component)) continue;
    if (component === "..") {
      way = way.length > 1 ? way.slice(0, -1) : way;
      continue;
    }
    const parent = way.at(-1) ?? top;
    const next = openSync(`/proc/self/fd/${parent}/${component}`, pathOnly | constants.O_NOFOLLOW);
    held.push(next);
    const type = mounts.typeOf(next);
    if (type !== undefined) return { refused: "filesystem", why: `${path} leads into a filesystem of type ${type}` };
    const facts = fstatSync(next);
    if (facts.isSymbolicLink()) {
      links += 1;
      if (links > mostLinks) return { refused: "too many links", why: `${path} leads through more than ${mostLinks} symbolic links` };
      const target = readlinkSync(`/proc/self/fd/${parent}/${component}`);
      if (target.startsWith("/")) way = [top];
      pending = [...pending, ...target.split("/").reverse()];
      continue;
    }
    way = [...way, next];
    if (!facts.isDirectory() && pending.some(Boolean))
      return { refused: "missing", why: `${path} passes through something that is no folder` };
  }
  return way.at(-1) ?? top;
}

function openRegular(handle: number, path: string): number | RootFileRefusal {
  const facts = fstatSync(handle);
  if (!facts.isFile()) return { refused: "not a regular file", why: `${path} is ${kindOf(facts)}` };
  // Through the handle: the very file that was checked, even if its name now leads elsewhere.
  return openSync(`/proc/self/fd/${handle}`, constants.O_RDONLY | constants.O_NONBLOCK);
}

function kindOf(facts: ReturnType<typeof fstatSync>): string {
  if (facts.isDirectory()) return "a folder";
  if (facts.isFIFO()) return "a FIFO";
  if (facts.isSocket()) return "a socket";
  return facts.isCharacterDevice() || facts.isBlockDevice() ? "a device" : "no regular file";
}

function refusalOf(thrown: unknown, path: string): RootFileRefusal {
  const errno = errnoOf(thrown);
  if (errno === "EACCES" || errno === "EPERM") return { refused: "permission", why: `${path} may not be read by this user` };
  if (errno === "ELOOP") return { refused: "too many links", why: `${path} changed while it was followed` };
  return { refused: "missing", why: `${path} can't be opened (${errno ?? "unknown error"})` };
}
