// --output FILE: the answer as a file of the caller's own, in the form that the file's name asks for. Written beside and renamed, for its owner alone.

import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { extname } from "node:path";
import { errnoOf, Failure } from "../base/failure.ts";

export type FileForm = "html" | "json" | "text";

export function fileForm(path: string): FileForm {
  const ending = extname(path).toLowerCase();
  return ending === ".html" || ending === ".htm" ? "html" : ending === ".json" ? "json" : "text";
}

/** Writes the whole text or leaves no file. Throws Failure output-unwritable; a file that was there before stays until the new one is whole. */
export function writeAnswerFile(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}.unfinished`;
  try {
    const descriptor = openSync(unfinished, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      const bytes = Buffer.from(text);
      for (let offset = 0; offset < bytes.length;) offset += writeSync(descriptor, bytes, offset);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(unfinished, path);
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    const code = errnoOf(thrown) ?? "unknown";
    throw new Failure(
      {
        code: "output-unwritable",
        message: `the answer could not be written to ${path}: ${code}`,
        hint: code === "ENOSPC" ? "the disk is full; name a place on another one" : "name a place that this user may write to",
      },
      { cause: thrown },
    );
  }
}
