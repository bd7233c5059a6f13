// The log's directory, opened once and checked; its files are then reached through the open directory, so that nobody can swap it in between.

import { closeSync, constants, fstatSync, fsyncSync, lstatSync, mkdirSync, openSync, readdirSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { errnoOf } from "../base/failure.ts";
import { unusable } from "./audit-unwritable.ts";

export interface LogDirectory {
  /** As the operator knows it, for messages. */
  readonly name: string;
  /** A file in it, as a path that goes through the open directory (/proc/self/fd, proc_pid_fd(5)). */
  path(file: string): string;
  entries(): string[];
  /** Makes its entries durable, and its own entry where it was just created. */
  sync(): void;
  close(): void;
}

/** Creates what is missing with mode 0700. Throws a Failure where others could write or have prepared it, and what the kernel answers otherwise. */
export function openLogDirectory(name: string): LogDirectory {
  const { fd, created } = openOrCreate(name);
  try {
    checkOwner(name, fstatSync(fd));
  } catch (thrown) {
    closeSync(fd);
    throw thrown;
  }
  const root = `/proc/self/fd/${fd}`;
  return {
    name,
    path: (file) => `${root}/${file}`,
    entries: () => readdirSync(root),
    sync: () => {
      fsyncSync(fd);
      for (const parent of created.splice(0)) syncDirectory(parent);
    },
    close: () => closeSync(fd),
  };
}

/** `created` are the directories that got a new entry, outermost first. */
function openOrCreate(name: string): { fd: number; created: string[] } {
  try {
    return { fd: openDirectory(name), created: [] };
  } catch (thrown) {
    const missing = errnoOf(thrown) === "ENOENT" && lstatSync(name, { throwIfNoEntry: false }) === undefined;
    if (!missing) throw thrown;
    const created = createMissing(name);
    return { fd: openDirectory(name), created };
  }
}

/** One directory at a time: mkdirSync with `recursive` never returns where the kernel answers ENOENT to mkdir below a directory that exists, as in /proc (Node 20.20). */
function createMissing(name: string): string[] {
  const missing: string[] = [];
  for (let path = name; lstatSync(path, { throwIfNoEntry: false }) === undefined; path = dirname(path)) missing.unshift(path);
  for (const path of missing) createOne(path);
  return missing.map((path) => dirname(path));
}

/** Somebody else may have created it in the meantime; whose it is then is checked after it is opened. */
function createOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (thrown) {
    if (errnoOf(thrown) !== "EEXIST") throw thrown;
  }
}

function openDirectory(name: string): number {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY;
  try {
    return openSync(name, flags | constants.O_NOFOLLOW);
  } catch (thrown) {
    if (errnoOf(thrown) !== "ENOTDIR" && errnoOf(thrown) !== "ELOOP") throw thrown;
    const link = lstatSync(name, { throwIfNoEntry: false });
    if (link?.isSymbolicLink() !== true) throw thrown;
    if (link.uid !== ownUid() && link.uid !== 0)
      throw foreign(`the audit log's directory ${name} is a symbolic link that belongs to uid ${link.uid}`);
    return openSync(name, flags);
  }
}

function checkOwner(name: string, found: Stats): void {
  if (found.uid !== ownUid())
    throw foreign(`the audit log's directory ${name} belongs to uid ${found.uid}, not to this user (uid ${ownUid()})`);
  if ((found.mode & 0o022) === 0) return;
  const mode = (found.mode & 0o7777).toString(8).padStart(4, "0");
  throw unusable(
    `the audit log's directory ${name} can be written by others (mode ${mode})`,
    `chmod 700 ${name}, after a look at what is in it`,
  );
}

function foreign(message: string): ReturnType<typeof unusable> {
  return unusable(message, "set ISPYD_AUDIT_DIRECTORY to a directory of your own");
}

function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The uid that the kernel checks; ispyd runs on Linux only, where it always has one. */
export function ownUid(): number {
  return process.geteuid?.() ?? -1;
}
