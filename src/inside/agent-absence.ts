// Why a process holds no agent that can be asked: what its owner set, what the agent itself left as its reason, or simply that nobody started one.

import { lstatSync, readdirSync } from "node:fs";
import { Failure } from "../base/failure.ts";
import { readEnvironment } from "../outside/proc/environ.ts";
import { readStatus } from "../outside/proc/status.ts";
import { readRootFile } from "../outside/root-file.ts";

const reasonBytesMax = 4_096;
const mostEntries = 100_000;

export function noAgent(pid: number): Failure {
  const ceiling = ceilingAtStart(pid);
  if (ceiling === "none" || ceiling === "look")
    return new Failure({
      code: "level-refused",
      message: `there is no agent in process ${pid}: its owner set the ceiling ${ceiling} (ISPYD_CEILING in its environment)`,
      hint: `only the application's owner can raise it; ispyd why ${pid} looks from outside where the ceiling is look`,
    });
  const reason = reasonLeft(pid);
  return new Failure({
    code: "no-agent",
    message: `there is no agent in process ${pid}${reason === undefined ? "" : `: ${reason}`}`,
    hint:
      reason === undefined
        ? "start the application with: ispyd run -- COMMAND, or call ispyd.start() in it"
        : `ispyd why ${pid} looks from outside`,
  });
}

function ceilingAtStart(pid: number): string | undefined {
  const environment = readEnvironment(pid);
  return typeof environment === "object" ? environment.get("ISPYD_CEILING")?.trim() : undefined;
}

/** An agent that could not run says why in the place of its socket (agent/ispyd/socket_directory.py). */
function reasonLeft(pid: number): string | undefined {
  const status = readStatus(pid);
  if (typeof status !== "object") return undefined;
  const own = status.namespaceTgids.at(-1) ?? pid;
  for (const parent of [`/run/user/${status.uid.effective}`, "/tmp"]) {
    const name = namesIn(pid, parent).find((one) => one.startsWith(`ispyd-agent-${own}-`) && isOfProcess(pid, `${parent}/${one}`));
    const content = name === undefined ? undefined : readRootFile({ pid, path: `${parent}/${name}/why`, maxBytes: reasonBytesMax });
    if (Buffer.isBuffer(content)) return content.toString("utf8").trim();
  }
  return undefined;
}

function namesIn(pid: number, parent: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/root${parent}`).slice(0, mostEntries);
  } catch {
    return [];
  }
}

function isOfProcess(pid: number, path: string): boolean {
  try {
    return belongsTo(pid, lstatSync(`/proc/${pid}/root${path}`).uid);
  } catch {
    return false;
  }
}

/** Whether a file is the process's own: the agent may have started before the process gave up being root. */
export function belongsTo(pid: number, owner: number): boolean {
  const status = readStatus(pid);
  if (typeof status !== "object") return false;
  const { real, effective, saved } = status.uid;
  return [real, effective, saved, 0].includes(owner);
}
