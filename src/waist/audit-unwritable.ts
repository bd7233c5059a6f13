// Why the audit log can't be written, in words, with the way out: what stops every command above look, and becomes a note for the others.

import { Failure, errnoOf } from "../base/failure.ts";

const remedies: Record<string, string> = {
  ENOSPC: "free space on that file system, or set ISPYD_AUDIT_DIRECTORY to a directory on another one",
  EDQUOT: "free space within the quota, or set ISPYD_AUDIT_DIRECTORY to a directory on another file system",
  EROFS: "set ISPYD_AUDIT_DIRECTORY to a directory on a file system that can be written",
  EACCES: "make that directory writable for this user, or set ISPYD_AUDIT_DIRECTORY to one that is",
  EPERM: "make that directory writable for this user, or set ISPYD_AUDIT_DIRECTORY to one that is",
};

const anyRemedy = "repair that directory, or set ISPYD_AUDIT_DIRECTORY to another one";

/** Anything that was thrown on the way to the log, as the Failure that refuses the request. */
export function unwritable(directory: string, thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const errno = errnoOf(thrown);
  const message = `the audit log in ${directory} can't be written: ${detailOf(thrown)}`;
  return new Failure({ code: "log-unwritable", message, hint: remedies[errno ?? ""] ?? anyRemedy }, { cause: thrown });
}

/** A directory or log that could be written, and must not be. */
export function unusable(message: string, hint: string): Failure {
  return new Failure({ code: "log-unwritable", message, hint });
}

/** Without the path, which leads through /proc/self/fd and tells an operator nothing. */
function detailOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const match = /^(E[A-Z0-9]+): ([^,]+), (\w+)/.exec(text);
  return match === null ? text : `${match[2]} (${match[1]}, ${match[3]})`;
}
