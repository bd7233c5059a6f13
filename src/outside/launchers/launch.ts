// What a launcher (gunicorn, Celery, a plain script) tells about its process: the type that every file of this folder answers with.

import type { Environment } from "../proc/environ.ts";
import type { PythonProgram } from "../python-program.ts";

export type LauncherFamily =
  | "gunicorn"
  | "uvicorn"
  | "hypercorn"
  | "daphne"
  | "waitress"
  | "uwsgi"
  | "mod_wsgi"
  | "celery"
  | "django"
  | "flask"
  | "plain"
  | "embedded";

export interface Launch {
  readonly family: LauncherFamily;
  /** What the service is called where the operator does not say otherwise. */
  readonly name: string;
  /** In full, as it was given: "shop.wsgi:app", "shop.settings". */
  readonly application?: string;
  /** Roles by place in the family: alone, first with children, child of the first. */
  readonly roles: { readonly alone: string; readonly main: string; readonly worker: string };
  /** True where its children are copies of itself (fork), so that entering it would change every later worker. */
  readonly forksWorkers: boolean;
  /** True where children that multiprocessing starts are workers of the service rather than a part of the program. */
  readonly spawnsWorkers: boolean;
  /** True where the process's own title is all there is to go by. */
  readonly byTitle?: boolean;
}

/** What recognisers may look at; each part is read when it is asked for. */
export interface LaunchFacts {
  readonly pid: number;
  readonly program: PythonProgram;
  /** Every argument as it stands, the program's name first. */
  readonly words: readonly string[];
  readonly executable: string;
  environment(): Environment | undefined;
  /** Last part of the working directory's path, or empty. */
  directoryName(): string;
  /** Text of a file, relative to the working directory, as the target sees it; undefined where it can't be read. */
  readText(path: string): string | undefined;
}

export type Recognise = (facts: LaunchFacts) => Launch | undefined;
