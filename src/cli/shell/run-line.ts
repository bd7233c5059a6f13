// One line of a session from text to exit code: split, own command or command line, and the caller's shell behind | and >.
// A command line goes the way of any other: run.ts, and from there the waist.

import { Failure, failureOf } from "../../base/failure.ts";
import { drawNotes } from "../draw/notes.ts";
import { paint } from "../draw/paint.ts";
import { pageOf, tryWrite } from "../page.ts";
import { reportFailure } from "../report-failure.ts";
import { runCommandLine } from "../run.ts";
import type { OwnCommand } from "./own-command.ts";
import { ownCommands } from "./own-commands.ts";
import { environmentOf, fullWords, reopenHouse, standingOf, type LineStreams, type Session } from "./session.ts";
import { splitLine } from "./split-line.ts";
import { openTail } from "./tail.ts";
import { explainedAbsence, replacedWorkers } from "./workers.ts";

/** Resolves with the line's exit code; what went wrong was reported by then. Never rejects. */
export async function runLine(session: Session, line: string): Promise<number> {
  const { stdout, stderr } = session.opened.run;
  try {
    const { words, tail } = splitLine(line);
    if (tail !== "" && words.length > 0) return await runBefore(session, words, tail);
    if (tail !== "")
      throw new Failure({ code: "argument-invalid", message: `no command stands before ${tail}`, hint: "help lists the commands" });
    return await runWords(session, words, { stdout, stderr }, false);
  } catch (thrown) {
    return await reported(session, failureOf(thrown));
  }
}

async function runBefore(session: Session, words: readonly string[], tail: string): Promise<number> {
  const { stream, end } = await openTail(tail, environmentOf(session));
  const code = await runWords(session, words, { stdout: stream, stderr: session.opened.run.stderr }, false);
  // The caller's own program may fail too; ours is the first to be told.
  const tailCode = await end();
  return code === 0 ? tailCode : code;
}

async function runWords(session: Session, typed: readonly string[], streams: LineStreams, repeated: boolean): Promise<number> {
  const [first, ...rest] = typed;
  if (first === undefined) return 0;
  // `!process` stands for `shell process`; a blank may follow the sign.
  const words = first.startsWith("!") ? ["shell", ...[first.slice(1), ...rest].filter((word) => word !== "")] : typed;
  const own = ownCommands.find(({ name }) => name === words[0]);
  return own === undefined ? await runCommand(session, words, streams, repeated) : await runOwn(session, own, words.slice(1), streams);
}

async function runOwn(session: Session, own: OwnCommand, words: readonly string[], streams: LineStreams): Promise<number> {
  try {
    return await own.run({
      session,
      words,
      streams,
      runCommand: (others, to) => runCommand(session, others, to, false),
      runRepeated: (others, to) => runWords(session, others, to, true),
    });
  } catch (thrown) {
    return await reported(session, failureOf(thrown), streams);
  }
}

async function runCommand(session: Session, typed: readonly string[], { stdout, stderr }: LineStreams, repeated: boolean): Promise<number> {
  const words = fullWords(session, typed);
  if (words[0] === "console" && !session.house.catalogue.has("console")) throw consoleDisabled();
  const { caller, environment } = session.opened.run;
  const touched = new Set<number>();
  const exitCode = await runCommandLine({
    argv: words,
    openHouse: () => session.house,
    caller,
    stdout,
    stderr,
    ...(environment === undefined ? {} : { environment }),
    signals: session.signals,
    line: {
      standing: standingOf(session),
      repeated,
      touched: (pid, target) => void (target === session.connected?.target && touched.add(pid)),
      explained: async (failure, request) => numbered(session, await explainedAbsence(session, failure, request)),
    },
  });
  // Others' plugins are known from here on.
  if (words[0] === "plugins") reopenHouse(session);
  await noteReplaced(session, touched, stderr);
  return exitCode;
}

async function noteReplaced(session: Session, touched: ReadonlySet<number>, stderr: LineStreams["stderr"]): Promise<void> {
  const message = replacedWorkers(session, touched);
  const { output } = session.opened;
  if (message === undefined || output.quiet || output.json) return;
  const page = pageOf(stderr, output.color, environmentOf(session));
  await tryWrite(stderr, paint(drawNotes([{ message, partial: false }], page.width), page.color));
}

async function reported(session: Session, failure: Failure, { stderr }: Pick<LineStreams, "stderr"> = session.opened.run): Promise<number> {
  const { output } = session.opened;
  await reportFailure(numbered(session, failure), { stderr, output, environment: environmentOf(session), aboutTarget: false });
  return failure.exitCode;
}

/** In a script it is said which line it was. */
function numbered({ lineNumber }: Session, failure: Failure): Failure {
  if (lineNumber === 0) return failure;
  const { code, hint, target } = failure;
  const message = `line ${lineNumber}: ${failure.message.replace(/^ispyd /, "")}`;
  return new Failure({ code, message, hint, target }, { cause: failure.cause });
}

function consoleDisabled(): Failure {
  return new Failure({
    code: "level-refused",
    message: "the console is disabled: it would run any code in the target",
    hint: "help lists the commands; locals shows the values of a frame",
  });
}
