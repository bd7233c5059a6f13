// The entry: who asks, which log, which settings; then the command line takes over. The only place where all rooms meet.

import { userInfo } from "node:os";
import { wholeCatalogue } from "./protocol/agent-catalogue.ts";
import { isAgentRecord } from "./protocol/agent-record.ts";
import { catalogue } from "./protocol/catalogue.ts";
import { handlers } from "./commands/handlers.ts";
import { runCommandLine } from "./cli/run.ts";
import { readSettings } from "./cli/settings.ts";
import { rememberedPlugins } from "./inside/catalogue-cache.ts";
import type { Caller, Handler } from "./protocol/request.ts";
import { auditDirectory } from "./waist/audit-directory.ts";
import { openAuditLog } from "./waist/audit-log.ts";
import { openAuditReader } from "./waist/audit-reader.ts";
import type { House } from "./waist/dispatch.ts";

// Everything was handed to the kernel by then; a handler's timer must not keep the process.
void runCommandLine({
  argv: process.argv.slice(2),
  openHouse,
  caller: callerOf(),
  stdout: process.stdout,
  stderr: process.stderr,
  // Commands that open no session do without its code.
  openSession: async (opened) => (await import("./cli/shell/open-shell.ts")).openShell(opened, process.stdin),
}).then((code) => process.exit(code));

function openHouse(): House {
  const settings = readSettings();
  const directory = auditDirectory({ setting: settings.auditDirectory, environment: process.env, uid: process.geteuid?.() ?? -1 });
  const whole = wholeCatalogue(catalogue, rememberedPlugins(), settings.plugins);
  return {
    catalogue: whole,
    handlers: withAgents(whole),
    settings,
    auditLog: openAuditLog({ directory }),
    auditReader: openAuditReader({ directory }),
  };
}

/** Every command of an agent has the same handler, loaded like the others when it is called. */
function withAgents(whole: House["catalogue"]): ReadonlyMap<string, Handler> {
  const remote = [...whole.values()]
    .filter(isAgentRecord)
    .map((record): [string, Handler] => [
      record.name,
      async (params, context) => await (await import("./commands/remote.ts")).remoteHandler(record)(params, context),
    ]);
  return new Map([...handlers, ...remote]);
}

// The process's own user is proven by the kernel; under sudo the name of whoever called it is kept beside it for the log.
function callerOf(): Caller {
  const uid = process.geteuid?.() ?? -1;
  const invoker = process.env["SUDO_USER"];
  return { uid, user: invoker === undefined || invoker === "" ? nameOf(uid) : `${nameOf(uid)} (sudo by ${invoker})`, via: "command line" };
}

function nameOf(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an entry in the user database, as containers have.
    return `uid ${uid}`;
  }
}
