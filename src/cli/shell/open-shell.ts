// The session that `ispyd shell` opens: a line, its answer, the next line, until it is left. run.ts comes here with the target found and the house open.

import { version } from "../../protocol/version.ts";
import type { OpenedSession } from "../run.ts";
import { completeLine } from "./complete-line.ts";
import { type History, historyPlace, openHistory } from "./history.ts";
import { leaveLevel } from "./own-commands.ts";
import { pipedLines } from "./piped-lines.ts";
import { promptText } from "./prompt.ts";
import { runLine } from "./run-line.ts";
import { environmentOf, newSession, type Session } from "./session.ts";
import { terminalLines, type LineSource } from "./terminal-lines.ts";

/** Resolves with the exit code: of lines from a program that of the first that failed, else 0; 130 or 143 where a signal ended it. */
export async function openShell(opened: OpenedSession, input: NodeJS.ReadStream): Promise<number> {
  const session = newSession(opened);
  return input.isTTY === true ? await runTyped(session, input) : await runScript(session, input);
}

const ending = ["SIGTERM", "SIGHUP"] as const;
const exitCodes = { SIGTERM: 143, SIGHUP: 129 } as const;

/** Passes signals on to the command that runs; SIGTERM and SIGHUP, and in a script Ctrl-C, end the session too. */
function handOnSignals(session: Session, source: LineSource, inScript: boolean): () => number | undefined {
  let exitCode: number | undefined;
  const end = (code: number): void => {
    exitCode ??= code;
    session.left = true;
    session.signals.emit("SIGTERM");
    source.close();
  };
  process.on("SIGINT", () => {
    session.signals.emit("SIGINT");
    if (inScript) end(130);
  });
  for (const name of ending) process.on(name, () => end(exitCodes[name]));
  return () => exitCode;
}

async function runTyped(session: Session, input: NodeJS.ReadStream): Promise<number> {
  const { stdout, stderr } = session.opened.run;
  const output = stdout.isTTY === true ? stdout : stderr;
  const history: History = openHistory(historyPlace(environmentOf(session)));
  const source = terminalLines({ input, output, history: history.lines, completer: (line) => completeLine(session, line) });
  const signalCode = handOnSignals(session, source, false);
  session.prompting = true;
  if (!session.opened.output.quiet) output.write(`ispyd ${version}: help lists the commands, exit or Ctrl-D leaves\n`);
  let interruptions = 0;
  while (!session.left) {
    const typed = await source.next(session.prompting ? promptText(placeOf(session)) : "");
    interruptions = typed.kind === "interrupted" && typed.empty ? interruptions + 1 : 0;
    if (interruptions === 2) output.write("exit or Ctrl-D leaves\n");
    if (typed.kind === "end") leaveLevel(session);
    if (typed.kind !== "line") continue;
    history.keep(typed.line);
    await runLine(session, typed.line);
  }
  return signalCode() ?? 0;
}

async function runScript(session: Session, input: NodeJS.ReadStream): Promise<number> {
  const source = await pipedLines(input, session.opened.run.stdout);
  const signalCode = handOnSignals(session, source, true);
  const stopOnFailure = session.opened.request.params["stopOnFailure"] === true;
  let exitCode = 0;
  while (!session.left) {
    const typed = await source.next(session.prompting ? promptText(placeOf(session)) : "");
    if (typed.kind !== "line") break;
    session.lineNumber += 1;
    if (typed.line.trimStart().startsWith("#")) continue;
    const code = await runLine(session, typed.line);
    if (exitCode === 0) exitCode = code;
    if (code !== 0 && stopOnFailure) break;
  }
  return signalCode() ?? exitCode;
}

function placeOf({ plugin, connected }: Session): { plugin: string | undefined; target: string | undefined } {
  return { plugin, target: connected?.target };
}
