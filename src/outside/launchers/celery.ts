// Celery: a main process that forks a pool of children (prefork), or does the work in threads.
// Source: Celery's command line reference; its title is "[celeryd: NAME:MainProcess] ..." where setproctitle is installed.

import type { Launch, LaunchFacts } from "./launch.ts";
import { nameOfApplication } from "./names.ts";
import { parseOptions } from "./options.ts";

const flags: ReadonlySet<string> = new Set([
  "-B",
  "--beat",
  "-D",
  "--detach",
  "-E",
  "--task-events",
  "--events",
  "--purge",
  "--discard",
  "--without-gossip",
  "--without-mingle",
  "--without-heartbeat",
  "-q",
  "--quiet",
  "--no-color",
  "-C",
  "--skip-checks",
  "--help",
  "--version",
]);

/** The main process or a pool child; which of them follows from its parent. */
export function recogniseCelery(facts: LaunchFacts): Launch | undefined {
  const { program } = facts;
  if (program.kind === "title") return fromTitle(facts);
  if (program.name !== "celery" && program.name !== "celery.bin.celery") return undefined;
  return fromWords(facts, program.arguments);
}

function fromWords(facts: LaunchFacts, words: readonly string[]): Launch {
  const options = parseOptions(words, flags);
  const application = options.value("-A", "--app") ?? facts.environment()?.get("CELERY_APP");
  const command = options.positional[0] ?? "worker";
  const pool = options.value("-P", "--pool") ?? "prefork";
  return {
    family: "celery",
    name: application === undefined ? "celery" : nameOfApplication(application, facts.directoryName()),
    ...(application === undefined ? {} : { application }),
    roles: rolesOf(command, pool),
    forksWorkers: command === "worker" && (pool === "prefork" || pool === "processes"),
    spawnsWorkers: false,
  };
}

function rolesOf(command: string, pool: string): Launch["roles"] {
  if (command !== "worker") return { alone: `Celery ${command}`, main: `Celery ${command}`, worker: `child of Celery ${command}` };
  const alone = pool === "prefork" || pool === "processes" ? "Celery main" : `Celery worker (${pool})`;
  return { alone, main: "Celery main", worker: "Celery pool child" };
}

// "[celeryd: celery@host:MainProcess] -active- (worker -A shop -c 2)", "[celeryd: celery@host:ForkPoolWorker-1]"
function fromTitle(facts: LaunchFacts): Launch | undefined {
  const match = /^\[celery\w*: ([^\]]*)\](?: -active- \((.*)\))?/.exec(facts.program.subject);
  if (match === null) return undefined;
  const words = (match[2] ?? "").split(" ").filter((word) => word !== "");
  // The title repeats the whole command line without the program.
  const from = words.findIndex((word) => word.endsWith("celery"));
  return { ...fromWords(facts, words.slice(from + 1)), byTitle: true };
}
