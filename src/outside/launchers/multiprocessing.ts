// Children that Python's multiprocessing started as programs of their own, so that their arguments name no application.
// Source: Lib/multiprocessing/spawn.py (get_command_line), resource_tracker.py, forkserver.py; the same on 3.8 to 3.15.

import type { PythonProgram } from "../python-program.ts";

export type MultiprocessingPart = "spawned child" | "resource tracker" | "fork server";

/** Which part of multiprocessing a program is, if any. */
export function multiprocessingPart({ kind, subject }: PythonProgram): MultiprocessingPart | undefined {
  if (kind !== "code") return undefined;
  if (subject.startsWith("from multiprocessing.spawn import spawn_main")) return "spawned child";
  if (subject.startsWith("from multiprocessing.resource_tracker import main")) return "resource tracker";
  return subject.startsWith("from multiprocessing.forkserver import main") ? "fork server" : undefined;
}
