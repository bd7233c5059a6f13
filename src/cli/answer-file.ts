// --output FILE: the answer as a file of the caller's own, in the form that the file's name asks for. Written beside and renamed, for its owner alone.
// Where something else than a regular file stands (a device, a pipe, a folder) it is refused: the rename would put the file in its place.

import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, extname } from "node:path";
import { errnoOf, Failure } from "../base/failure.ts";

export type FileForm = "html" | "json" | "text";

export function fileForm(path: string): FileForm {
  const ending = extname(path).toLowerCase();
  return ending === ".html" || ending === ".htm" ? "html" : ending === ".json" ? "json" : "text";
}

/** Throws Failure output-unwritable where no answer could be written, before one is asked for: it may not be had a second time. */
export function checkAnswerFile(path: string): void {
  try {
    accessSync(dirname(placeOf(path)), constants.W_OK | constants.X_OK);
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

/** Writes the whole text or leaves no file. Throws Failure output-unwritable; a file that was there before stays until the new one is whole. */
export function writeAnswerFile(path: string, text: string): void {
  let unfinished: string | undefined;
  try {
    const place = placeOf(path);
    unfinished = `${place}.${process.pid}.unfinished`;
    writeWhole(unfinished, Buffer.from(text));
    renameSync(unfinished, place);
  } catch (thrown) {
    if (unfinished !== undefined) rmSync(unfinished, { force: true });
    throw unwritable(path, thrown);
  }
}

function writeWhole(path: string, bytes: Buffer): void {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    for (let offset = 0; offset < bytes.length;) offset += writeSync(descriptor, bytes, offset);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

// stat follows the link first, so that the kernel's protected_symlinks holds; realpath alone would go round it.
function placeOf(path: string): string {
  if (path === "-") throw unfit("- is not a file", "leave --output out: the answer goes to standard output");
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return path;
  if (!facts.isFile())
    throw unfit(`${path} is ${kindOf(facts)}, not a file`, "name a file; without --output the answer goes to standard output");
  return realpathSync(path);
}

function kindOf(facts: Stats): string {
  if (facts.isDirectory()) return "a folder";
  return facts.isFIFO() ? "a pipe" : facts.isSocket() ? "a socket" : "a device";
}

function unfit(message: string, hint: string): Failure {
  return new Failure({ code: "output-unwritable", message: `the answer could not be written: ${message}`, hint });
}

function unwritable(path: string, thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const code = errnoOf(thrown) ?? "unknown";
  return new Failure(
    {
      code: "output-unwritable",
      message: `the answer could not be written to ${path}: ${code}`,
      hint: code === "ENOSPC" ? "the disk is full; name a place on another one" : "name a place that this user may write to",
    },
    { cause: thrown },
  );
}
