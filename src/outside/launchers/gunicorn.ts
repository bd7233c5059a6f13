// gunicorn: an arbiter that forks workers, with its application on the command line, in GUNICORN_CMD_ARGS or in a configuration file.
// Source: gunicorn's settings reference; its title is "gunicorn: master [NAME]" where setproctitle is installed.

import type { Launch, LaunchFacts } from "./launch.ts";
import { nameOfApplication, typeableName } from "./names.ts";
import { type Options, parseOptions } from "./options.ts";

const flags: ReadonlySet<string> = new Set([
  "-D",
  "-R",
  "-v",
  "--version",
  "-h",
  "--help",
  "--daemon",
  "--reload",
  "--preload",
  "--spew",
  "--check-config",
  "--print-config",
  "--no-sendfile",
  "--reuse-port",
  "--enable-stdio-inheritance",
  "--capture-output",
  "--log-syslog",
  "--disable-redirect-access-to-syslog",
  "--initgroups",
  "--suppress-ragged-eofs",
  "--do-handshake-on-connect",
  "--proxy-protocol",
  "--strip-header-spaces",
  "--permit-obsolete-folding",
  "--permit-unconventional-http-method",
  "--permit-unconventional-http-version",
  "--casefold-http-method",
  "--no-control-socket",
]);

/** The arbiter or a worker; which of them follows from its parent. */
export function recogniseGunicorn(facts: LaunchFacts): Launch | undefined {
  const { program } = facts;
  if (program.kind === "title") return fromTitle(facts);
  const named = program.name === "gunicorn" || /^gunicorn\.app\.(?:wsgiapp|base)$/.test(program.name);
  if (!named || (program.kind !== "script" && program.kind !== "module")) return undefined;
  const given = parseOptions(program.arguments, flags);
  const inherited = parseOptions(
    (facts.environment()?.get("GUNICORN_CMD_ARGS") ?? "").split(/\s+/).filter((word) => word !== ""),
    flags,
  );
  const setting = settingsReader(facts, given, inherited);
  const application = given.positional[0] ?? setting("wsgi_app");
  const workers = workerClass(setting("worker_class", "-k", "--worker-class"), setting("threads", "--threads"));
  const procName = setting("proc_name", "-n", "--name");
  const name = application === undefined ? typeableName(procName ?? "gunicorn") : nameOfApplication(application, facts.directoryName());
  return {
    family: "gunicorn",
    name,
    ...(application === undefined ? {} : { application }),
    roles: rolesOf(workers),
    forksWorkers: true,
    spawnsWorkers: false,
  };
}

type SettingsReader = (name: string, ...options: readonly string[]) => string | undefined;

// Precedence as gunicorn has it: command line, GUNICORN_CMD_ARGS, configuration file.
function settingsReader(facts: LaunchFacts, given: Options, inherited: Options): SettingsReader {
  let text: string | undefined;
  const fileSetting = (name: string): string | undefined => {
    text ??= facts.readText(configurationPath(given, inherited)) ?? "";
    const match = new RegExp(`^${name}[ \\t]*=[ \\t]*(?:["']([^"'\\n]{1,200})["']|(\\d{1,6})\\s)`, "m").exec(`${text}\n`);
    return match?.[1] ?? match?.[2];
  };
  return (name, ...options) => given.value(...options) ?? inherited.value(...options) ?? fileSetting(name);
}

function configurationPath(given: Options, inherited: Options): string {
  const place = given.value("-c", "--config") ?? inherited.value("-c", "--config") ?? "gunicorn.conf.py";
  return place.startsWith("python:") ? `${place.slice(7).replaceAll(".", "/")}.py` : place.replace(/^file:/, "");
}

function workerClass(given: string | undefined, threads: string | undefined): string {
  const plain = given === undefined || given === "sync" || given.endsWith(".SyncWorker");
  if (plain) return Number(threads ?? 1) > 1 ? "gthread" : "sync";
  const known = /(gthread|gevent|eventlet|uvicorn|tornado|asgi|aiohttp|meinheld)/i.exec(given);
  return known?.[1]?.toLowerCase() ?? given;
}

// "gunicorn: worker [shop.wsgi:app]": a text that the process chose, so its place in the tree still decides its role.
function fromTitle({ program, directoryName }: LaunchFacts): Launch | undefined {
  const match = /^gunicorn: (?:master|worker) \[(.*)\]$/.exec(program.subject);
  if (match === null) return undefined;
  const text = match[1] ?? "";
  const application = /^[\p{L}\p{N}_.]+:\S+$/u.test(text) ? text : undefined;
  const name = application === undefined ? typeableName(text) : nameOfApplication(application, directoryName());
  return {
    family: "gunicorn",
    name,
    ...(application === undefined ? {} : { application }),
    roles: rolesOf(undefined),
    forksWorkers: true,
    spawnsWorkers: false,
    byTitle: true,
  };
}

function rolesOf(workers: string | undefined): Launch["roles"] {
  const worker = workers === undefined ? "gunicorn worker" : `gunicorn worker (${workers})`;
  return { alone: "gunicorn arbiter", main: "gunicorn arbiter", worker };
}
