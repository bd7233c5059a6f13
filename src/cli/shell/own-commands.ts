// The commands that only a session has: they change where it is, list what it can reach, or run other lines. Everything else is a command line of ispyd.

import { Failure } from "../../base/failure.ts";
import { closestNames } from "../../base/closest-names.ts";
import { drawViews } from "../draw/draw.ts";
import { paint } from "../draw/paint.ts";
import { jsonText } from "../json-text.ts";
import { pageOf, write } from "../page.ts";
import { didYouMean } from "../values.ts";
import type { View } from "../../protocol/view.ts";
import type { OwnCall, OwnCommand } from "./own-command.ts";
import { overviewViews, ownViews } from "./help-text.ts";
import { connect, listServers, serversView } from "./servers.ts";
import { ask, environmentOf, pluginNames, reopenHouse, type Session } from "./session.ts";
import { watch } from "./watch.ts";

export const ownCommands: readonly OwnCommand[] = [
  {
    name: "servers",
    usage: "servers",
    summary: "what can be connected to, numbered",
    description: "Services, and below each its processes. The numbers are those that connect takes, until servers is called again.",
    run: async (call) => {
      const servers = await listServers(call.session);
      return await show(call, serversView(servers), { servers });
    },
  },
  {
    name: "connect",
    usage: "connect [N|TARGET]",
    summary: "talk to one of them from here on",
    description:
      "N is a number of servers; TARGET is a pid, a service, service/2 or :port. Where there is one service only, both may be left out. " +
      "A name is looked up anew for every command, so workers may come and go.",
    run: async ({ session, words }) => {
      const [word, ...more] = words;
      if (more.length > 0) throw tooMany("connect", more);
      session.connected = await connect(session, word);
      session.plugin = undefined;
      return 0;
    },
  },
  {
    name: "shell",
    usage: "shell NAME, !NAME",
    summary: "go into a plugin, whose commands then need no prefix",
    description: "plugins lists them. exit leaves the plugin again. Every other command can be typed inside a plugin too.",
    run: enterPlugin,
  },
  {
    name: "watch",
    usage: "watch N COMMAND",
    summary: "repeat a command every N seconds, until Ctrl-C",
    description:
      "N is a number of seconds or a time such as 500ms. On a terminal the screen shows the latest answer; elsewhere a line with the time stands before each, but not with --json.",
    run: watch,
  },
  {
    name: "prompt",
    usage: "prompt on|off",
    summary: "show the prompt or not",
    description: "It is off where standard input is no terminal.",
    run: async ({ session, words: [word = "", ...more] }) => {
      if ((word !== "on" && word !== "off") || more.length > 0)
        throw new Failure({ code: "argument-invalid", message: "prompt is on or off", hint: "prompt on, or prompt off" });
      session.prompting = word === "on";
      return 0;
    },
  },
  {
    name: "help",
    usage: "help [COMMAND]",
    summary: "this, or what one command does",
    description: "help levels and help exit-codes are topics too.",
    run: help,
  },
  {
    name: "exit",
    usage: "exit, Ctrl-D",
    summary: "leave the plugin, else the target, else the session",
    description: "The target is not touched by it.",
    run: async ({ session, words }) => {
      if (words.length > 0) throw tooMany("exit", words);
      leaveLevel(session);
      return 0;
    },
  },
];

/** One level up; beyond the first the session is left. */
export function leaveLevel(session: Session): void {
  if (session.plugin !== undefined) session.plugin = undefined;
  else if (session.connected !== undefined) session.connected = undefined;
  else session.left = true;
}

async function enterPlugin({ session, words }: OwnCall): Promise<number> {
  const [name, ...more] = words;
  if (name === undefined || more.length > 0)
    throw new Failure({
      code: "argument-invalid",
      message: "shell takes the name of one plugin",
      hint: `there is ${pluginNames(session).join(", ")}`,
    });
  if (!pluginNames(session).includes(name)) await learnPlugins(session);
  const known = pluginNames(session);
  if (!known.includes(name)) {
    const hint = didYouMean(closestNames(name, known)) ?? `there is ${known.join(", ")}; plugins asks the target for others`;
    throw new Failure({ code: "command-unknown", message: `there is no plugin ${name}`, hint });
  }
  session.plugin = name;
  return 0;
}

/** Plugins that others wrote are known once their target was asked. */
async function learnPlugins(session: Session): Promise<void> {
  const { connected, opened } = session;
  if (connected === undefined) return;
  const { through } = opened.request;
  await ask(session, { command: "plugins", target: connected.target, params: {}, ...(through === undefined ? {} : { through }) });
  reopenHouse(session);
}

async function help(call: OwnCall): Promise<number> {
  const { session, words, streams, runCommand } = call;
  const [topic] = words;
  if (topic === undefined) return await show(call, overviewViews(session, ownCommands), undefined);
  const { plugin, house } = session;
  if (plugin !== undefined && house.catalogue.has(`${plugin} ${topic}`)) return await runCommand(["help", plugin, ...words], streams);
  const own = words.length === 1 ? ownCommands.find(({ name }) => name === topic) : undefined;
  if (own !== undefined) return await show(call, ownViews(own), undefined);
  return await runCommand(["help", ...words], streams);
}

async function show({ session, words, streams }: OwnCall, views: readonly View[], facts: object | undefined): Promise<number> {
  const { output } = session.opened;
  const page = pageOf(streams.stdout, output.color, environmentOf(session));
  const asJson = facts !== undefined && (output.json || words.includes("--json"));
  await write(
    page.stream,
    asJson
      ? `${jsonText({ schema: 1, command: "servers", ...facts }, page.width !== undefined)}\n`
      : paint(drawViews(views, page.width), page.color),
  );
  return 0;
}

function tooMany(command: string, words: readonly string[]): Failure {
  return new Failure({
    code: "argument-invalid",
    message: `${command} takes no further word, got "${words.join(" ")}"`,
    hint: `help ${command}`,
  });
}
