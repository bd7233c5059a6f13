// Whatever no other file of this folder knows: a script, a module, code on the command line, a program that embeds Python.

import type { Launch, LaunchFacts } from "./launch.ts";
import { typeableName } from "./names.ts";

/** Always has an answer. */
export function recognisePlain({ program, executable }: LaunchFacts): Launch {
  const file = executable.slice(executable.lastIndexOf("/") + 1);
  const embedded = file !== "" && !/^(?:python|pypy)/.test(file);
  const name = typeableName(embedded && (program.kind === "interactive" || program.kind === "title") ? file : program.name);
  const role = embedded ? `embedded in ${typeableName(file)}` : roleOf(program.kind);
  const application = program.kind === "script" || program.kind === "module" ? program.subject : undefined;
  return {
    family: embedded ? "embedded" : "plain",
    name,
    ...(application === undefined ? {} : { application }),
    roles: { alone: role, main: role, worker: "forked child" },
    forksWorkers: false,
    spawnsWorkers: true,
    ...(program.kind === "title" ? { byTitle: true } : {}),
  };
}

function roleOf(kind: LaunchFacts["program"]["kind"]): string {
  if (kind === "title") return "Python process";
  return kind === "interactive" ? "interactive Python" : `Python ${kind}`;
}
