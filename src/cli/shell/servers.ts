// `servers` and `connect`: what can be talked to, numbered, and going there by number or by name.

import { Failure } from "../../base/failure.ts";
import type { AgentResult } from "../../protocol/agent-result.ts";
import { targetName } from "../../protocol/frame-view.ts";
import type { ProcessResult } from "../../protocol/process-schema.ts";
import type { Cell, View } from "../../protocol/view.ts";
import { ask, type Connected, type Session } from "./session.ts";

/** One line of the list. A process of a service with several stands below its service. */
export interface Server {
  readonly target: string;
  readonly pid: number | undefined;
  readonly what: string;
  readonly below: boolean;
  /** Why it can't be looked at; empty where it can. */
  readonly hidden: string;
}

/** Lists anew; the numbers hold until the next time. */
export async function listServers(session: Session): Promise<Server[]> {
  const { through } = session.opened.request;
  const found = through === undefined ? await localServers(session) : await serversThrough(session, through);
  session.servers = found.map(({ target }) => target);
  return found;
}

async function localServers(session: Session): Promise<Server[]> {
  const { result } = await ask(session, { command: "ps", params: {} });
  const { processes } = result as { processes: readonly ProcessResult[] };
  const own = processes.filter(({ part }) => part !== "helper");
  const services = [...new Set(own.map(({ service }) => service))];
  return services.flatMap((name) =>
    serviceLines(
      name,
      own.filter(({ service }) => service === name),
    ),
  );
}

function serviceLines(service: string, members: readonly ProcessResult[]): Server[] {
  const workers = members.filter(({ worker }) => worker > 0).length;
  const main = members.find(({ part }) => part === "main") ?? members[0];
  const ports = [...new Set(members.flatMap(({ ports: open }) => open))].map((port) => `:${port}`).join(" ");
  const count = workers === 0 ? "" : workers === 1 ? ", 1 worker" : `, ${workers} workers`;
  const hidden = members.every(({ access }) => !access.look.possible) ? (main?.access.look.reason ?? "refused") : "";
  const pid = members.length === 1 ? main?.pid : undefined;
  const what = `${main?.role ?? ""}${count}${ports === "" ? "" : `  ${ports}`}`;
  const head: Server = { target: service, pid, what, below: false, hidden };
  return members.length === 1 ? [head] : [head, ...members.map(memberLine)];
}

function memberLine(member: ProcessResult): Server {
  const { pid, role, access } = member;
  const hidden = access.look.possible ? "" : (access.look.reason ?? "refused");
  return { target: String(pid), pid, what: `${targetName(member)}  ${role}`, below: true, hidden };
}

async function serversThrough(session: Session, through: string): Promise<Server[]> {
  const { result } = await ask(session, { command: "process pid", target: "all", params: {}, through });
  const { answers, silent } = result as AgentResult;
  const pids = [...answers.flatMap(({ workers }) => workers), ...silent].map(({ pid }) => pid);
  return pids.map((pid) => ({ target: String(pid), pid, what: "an agent", below: false, hidden: "" }));
}

export function serversView(servers: readonly Server[]): View[] {
  return [
    {
      shape: "table",
      columns: [{ title: "NO", align: "right" }, { title: "TARGET" }, { title: "PID", align: "right" }, { title: "WHAT", shrinks: true }],
      rows: servers.map(({ target, pid, what, below, hidden }, index): Cell[] => [
        String(index + 1),
        below ? `  ${target}` : { text: target, tone: "strong" },
        below ? "" : String(pid ?? ""),
        hidden === "" ? what : { text: `${what}  (no: ${hidden})`, tone: "warn" },
      ]),
      empty: "no Python process that this user can see",
    },
  ];
}

/** Where to, by number, by name, or without a word where there is one service only. Throws the Failure that names what there is. */
export async function connect(session: Session, word: string | undefined): Promise<Connected> {
  const target = await chosenTarget(session, word);
  const { through } = session.opened.request;
  const { result } = await ask(session, { command: "shell", target, params: {}, ...(through === undefined ? {} : { through }) });
  return result as Connected;
}

async function chosenTarget(session: Session, word: string | undefined): Promise<string> {
  if (word === undefined) return await onlyService(session);
  // A number that servers showed goes before a pid: no application has a pid that small.
  const number = /^\d{1,4}$/.test(word) ? Number(word) : undefined;
  if (number === undefined) return word;
  if (session.servers.length === 0) await listServers(session);
  return session.servers[number - 1] ?? word;
}

async function onlyService(session: Session): Promise<string> {
  const services = (await listServers(session)).filter(({ below }) => !below);
  const [only] = services;
  if (only !== undefined && services.length === 1) return only.target;
  throw new Failure({
    code: "argument-invalid",
    message: only === undefined ? "there is nothing to connect to" : `there are ${services.length} services to connect to`,
    hint: only === undefined ? "servers lists again" : "servers numbers them; connect takes a number or a name",
  });
}
