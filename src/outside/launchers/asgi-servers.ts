// uvicorn, hypercorn, daphne and waitress: the application is the positional argument; several workers are spawned, not forked.
// Source: the command line references of the four servers.

import type { Launch, LauncherFamily, LaunchFacts } from "./launch.ts";
import { nameOfApplication } from "./names.ts";
import { parseOptions } from "./options.ts";

interface Server {
  readonly family: LauncherFamily;
  readonly programs: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly main: string;
}

const servers: readonly Server[] = [
  {
    family: "uvicorn",
    programs: ["uvicorn", "uvicorn.main"],
    main: "supervisor",
    flags: new Set([
      "--reload",
      "--access-log",
      "--no-access-log",
      "--use-colors",
      "--no-use-colors",
      "--proxy-headers",
      "--no-proxy-headers",
      "--server-header",
      "--no-server-header",
      "--date-header",
      "--no-date-header",
      "--factory",
      "--version",
      "--help",
      "--reset-contextvars",
    ]),
  },
  {
    family: "hypercorn",
    programs: ["hypercorn"],
    main: "supervisor",
    flags: new Set(["--reload", "--debug", "--version", "-h", "--help"]),
  },
  {
    family: "daphne",
    programs: ["daphne", "daphne.cli"],
    main: "supervisor",
    flags: new Set(["--proxy-headers", "--no-server-name", "-h", "--help"]),
  },
  {
    family: "waitress",
    programs: ["waitress-serve", "waitress"],
    main: "supervisor",
    flags: new Set([
      "--call",
      "--help",
      "--expose-tracebacks",
      "--no-expose-tracebacks",
      "--ipv4",
      "--no-ipv4",
      "--ipv6",
      "--no-ipv6",
      "--log-socket-errors",
      "--no-log-socket-errors",
      "--log-untrusted-proxy-headers",
      "--clear-untrusted-proxy-headers",
      "--no-clear-untrusted-proxy-headers",
    ]),
  },
];

/** Also recognises a supervisor; its workers are found through multiprocessing. */
export function recogniseAsgiServer(facts: LaunchFacts): Launch | undefined {
  const { program } = facts;
  const server =
    program.kind === "script" || program.kind === "module" ? servers.find(({ programs }) => programs.includes(program.name)) : undefined;
  if (server === undefined) return undefined;
  const options = parseOptions(program.arguments, server.flags);
  const application = options.positional[0];
  const workers = Number(options.value("--workers") ?? facts.environment()?.get("WEB_CONCURRENCY") ?? 1);
  const main = options.has("--reload") ? "reloader" : server.main;
  return {
    family: server.family,
    name: application === undefined ? server.family : nameOfApplication(application, facts.directoryName()),
    ...(application === undefined ? {} : { application }),
    roles: { alone: server.family, main: `${server.family} ${main}`, worker: `${server.family} worker` },
    forksWorkers: false,
    // hypercorn spawns even a single worker.
    spawnsWorkers: server.family === "hypercorn" || options.has("--reload") || workers > 1,
  };
}
