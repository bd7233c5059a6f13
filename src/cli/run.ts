// One command line from argv to exit code: parse, dispatch, draw. The way in and out of a request that comes from a shell.
// Below it is the waist (dispatch); nothing below knows of terminals, streams or process signals.

import { Failure, failureOf } from "../base/failure.ts";
import { partialExitCode } from "../base/failure-codes.ts";
import type { CommandRecord } from "../protocol/command.ts";
import type { Answer, Caller, Request } from "../protocol/request.ts";
import { version } from "../protocol/version.ts";
import { dispatch, type House } from "../waist/dispatch.ts";
import { formatSizeBytes } from "../base/units.ts";
import { checkAnswerFile, fileForm, writeAnswerFile } from "./answer-file.ts";
import { drawnAnswer, fileAnswer, jsonAnswer } from "./answer-text.ts";
import { drawNotes } from "./draw/notes.ts";
import { paint } from "./draw/paint.ts";
import { piece } from "./draw/piece.ts";
import { watchInterruption, type Interruption, type SignalSource } from "./interruption.ts";
import { pageOf, tryWrite, write, type Environment, type OutputStream, type Page } from "./page.ts";
import { outputChoiceOf, parseCommandLine, withStanding, type OutputChoice, type Standing } from "./parse.ts";
import { progressBar } from "./progress-bar.ts";
import { reportFailure } from "./report-failure.ts";
import { startProgram } from "./start-program.ts";

export interface CommandLineRun {
  /** Without node and script. */
  readonly argv: readonly string[];
  /** Opened when the run begins, so that bad settings end like any other failure. */
  readonly openHouse: () => House;
  readonly caller: Caller;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Default: the process's own. */
  readonly environment?: Environment;
  /** Default: the process. */
  readonly signals?: SignalSource;
  /** Goes on with a command that opens a session; resolves with the exit code. */
  readonly openSession?: (opened: OpenedSession) => Promise<number>;
  /** Of one line of a session: what holds there, and what becomes of its failure. */
  readonly line?: SessionLine;
}

export interface OpenedSession {
  readonly run: CommandLineRun;
  readonly house: House;
  readonly request: Request;
  readonly result: unknown;
  readonly output: OutputChoice;
}

export interface SessionLine {
  readonly standing: Standing;
  /** One of many that come again and again. */
  readonly repeated: boolean;
  /** Of a process that is read for a request. */
  readonly touched: (pid: number, target: string | undefined) => void;
  /** The failure as it is to be reported; the request is there where the line was understood. */
  readonly explained: (failure: Failure, request: Request | undefined) => Promise<Failure>;
}

/** What is known of a run once it began; `request` and `output` grow more exact when argv was understood. */
interface Running {
  readonly run: CommandLineRun;
  readonly environment: Environment;
  readonly interruption: Interruption;
  output: OutputChoice;
  request?: Request;
}

/** Runs one command line; resolves with its exit code when all was written. Never rejects. */
export async function runCommandLine(run: CommandLineRun): Promise<number> {
  const running: Running = {
    run,
    environment: run.environment ?? process.env,
    interruption: watchInterruption(run.signals ?? process),
    output: withStanding(outputChoiceOf(run.argv), run.line?.standing.output),
  };
  try {
    return await answer(running);
  } catch (thrown) {
    const failure = failureOf(thrown);
    await report((await run.line?.explained(failure, running.request)) ?? failure, running);
    return failure.code === "interrupted" ? (running.interruption.exitCode() ?? failure.exitCode) : failure.exitCode;
  } finally {
    running.interruption.end();
  }
}

async function answer(running: Running): Promise<number> {
  const { run } = running;
  const house = run.openHouse();
  const { request, output } = parseCommandLine(run.argv, house.catalogue, run.line?.standing);
  running.output = output;
  const out = pageFor(running, run.stdout);
  if (request === undefined) {
    await write(out.stream, `ispyd ${version}\n`);
    return 0;
  }
  running.request = request;
  const record = recordOf(house, request);
  if (run.line !== undefined && (record.starts ?? record.opens) !== undefined) throw notInSession(record);
  if (output.file !== undefined) checkAnswerFile(output.file);
  const answered = await ask(running, house, request);
  const program = record.starts?.(answered.result);
  if (program !== undefined) {
    // Its signals are the program's from here on.
    running.interruption.end();
    return await startProgram(program);
  }
  if (record.opens !== undefined && run.openSession !== undefined) {
    running.interruption.end();
    return await run.openSession({ run, house, request, result: answered.result, output });
  }
  if (output.file !== undefined)
    return await answerToFile(running, { answer: answered, record, params: request.params, target: request.target }, output.file);
  const text = output.json ? jsonAnswer(answered, out) : drawnAnswer({ answer: answered, record, params: request.params, page: out });
  const stillRead = await write(out.stream, text);
  if (!stillRead) return 0;
  if (!output.json && !output.quiet) await writeNotes(answered, pageFor(running, run.stderr));
  return exitCodeOf(running, answered);
}

function exitCodeOf({ interruption }: Running, { notes }: Answer): number {
  return interruption.exitCode() ?? (notes.some(({ partial }) => partial) ? partialExitCode : 0);
}

async function answerToFile(running: Running, facts: Parameters<typeof fileAnswer>[0], file: string): Promise<number> {
  const asked = fileForm(file);
  const text = fileAnswer(facts, asked === "text" && running.output.json ? "json" : asked);
  writeAnswerFile(file, text);
  if (!running.output.quiet) {
    await write(running.run.stdout, paint([[piece(`wrote ${file}, ${formatSizeBytes(Buffer.byteLength(text))}`)]], false));
    await writeNotes(facts.answer, pageFor(running, running.run.stderr));
  }
  return exitCodeOf(running, facts.answer);
}

async function ask(running: Running, house: House, request: Request): Promise<Answer> {
  const { run, interruption, output } = running;
  const { repeated = false, touched } = run.line ?? {};
  const bar = progressBar(pageFor(running, run.stderr), output.quiet || repeated);
  try {
    return await dispatch(house, {
      request: repeated ? { ...request, repeated } : request,
      caller: run.caller,
      signal: interruption.signal,
      progress: bar.show,
      ...(touched === undefined ? {} : { touched: (pid) => touched(pid, request.target) }),
    });
  } finally {
    bar.clear();
  }
}

function pageFor({ output, environment }: Running, stream: OutputStream): Page {
  return pageOf(stream, output.color, environment);
}

/** The record of a command that was answered is in the catalogue. */
function recordOf(house: House, { command }: Request): CommandRecord {
  const record = house.catalogue.get(command);
  if (record === undefined) throw new Error(`no record of ${command}`);
  return record;
}

function notInSession({ name }: CommandRecord): Failure {
  return new Failure({
    code: "argument-invalid",
    message: `ispyd ${name} takes the place of ispyd, so it can't be a line of a session`,
    hint: "leave the session first, or call it in another terminal",
  });
}

async function writeNotes({ notes }: Answer, page: Page): Promise<void> {
  await tryWrite(page.stream, paint(drawNotes(notes, page.width), page.color));
}

async function report(failure: Failure, { run, output, environment, request }: Running): Promise<void> {
  await reportFailure(failure, { stderr: run.stderr, output, environment, aboutTarget: request?.target !== undefined });
}
