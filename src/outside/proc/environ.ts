// /proc/PID/environ: single named variables of the environment a process started with. Source: proc_pid_environ(5).
// Never read out as a whole: it holds secrets. What the program set later is not in it.

import { type ProcAnswer, procPath, readProcBytes } from "./read-text.ts";

/** The variables that ispyd has a use for; no other name can be asked for. */
export type EnvironmentName =
  | "PYTHON_DISABLE_REMOTE_DEBUG"
  | "ISPYD_CEILING"
  | "DJANGO_SETTINGS_MODULE"
  | "FLASK_APP"
  | "GUNICORN_CMD_ARGS"
  | "CELERY_APP"
  | "WEB_CONCURRENCY"
  | "GUNICORN_PID";

export interface Environment {
  /** The variable's text, or undefined where it is not set. */
  get(name: EnvironmentName): string | undefined;
  /** True where the process has written over it (setproctitle does): nothing can be said about any variable. */
  readonly overwritten: boolean;
}

const mostBytes = 1024 * 1024;

/** The environment at start; readable only where the process's memory is (PTRACE_MODE_READ). */
export function readEnvironment(pid: number): ProcAnswer<Environment> {
  const read = readProcBytes(`${procPath(pid)}/environ`, mostBytes);
  if (typeof read !== "object") return read;
  const { bytes } = read;
  return { get: (name) => findVariable(bytes, name), overwritten: bytes.length > 0 && !looksLikeEnvironment(bytes) };
}

function findVariable(bytes: Buffer, name: EnvironmentName): string | undefined {
  const wanted = `${name}=`;
  const start = bytes.indexOf(wanted) === 0 ? 0 : bytes.indexOf(`\0${wanted}`) + 1;
  if (start === 0 && bytes.indexOf(wanted) !== 0) return undefined;
  const end = bytes.indexOf(0, start);
  return bytes.toString("utf8", start + wanted.length, end < 0 ? bytes.length : end);
}

function looksLikeEnvironment(bytes: Buffer): boolean {
  const end = bytes.indexOf(0);
  return /^[A-Za-z_][^=\0]*=/.test(bytes.toString("latin1", 0, Math.min(end < 0 ? bytes.length : end, 256)));
}
