// One command line from argv to exit code: parse, dispatch, draw. The way in and out of a request that comes from a shell.
// Below it is the waist (dispatch); nothing below knows of terminals, streams or process signals.

import { failureOf, type Failure } from "../base/failure.ts";
import { partialExitCode } from "../base/failure-codes.ts";
import type { CommandRecord } from "../protocol/command.ts";
import type { Answer, Caller, Request } from "../protocol/request.ts";
import { version } from "../protocol/version.ts";
import { dispatch, type House } from "../waist/dispatch.ts";
import { formatSizeBytes } from "../base/units.ts";
import { checkAnswerFile, fileForm, writeAnswerFile } from "./answer-file.ts";
import { drawnAnswer, fileAnswer, jsonAnswer, jsonFailure } from "./answer-text.ts";
import { drawFailure, drawNotes, drawTrace } from "./draw/notes.ts";
import { paint } from "./draw/paint.ts";
import { piece } from "./draw/piece.ts";
import { watchInterruption, type Interruption, type SignalSource } from "./interruption.ts";
import { pageOf, tryWrite, write, type Environment, type OutputStream, type Page } from "./page.ts";
import { outputChoiceOf, parseCommandLine, type OutputChoice } from "./parse.ts";
import { progressBar } from "./progress-bar.ts";
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
    output: outputChoiceOf(run.argv),
  };
  try {
    return await answer(running);
  } catch (thrown) {
    const failure = failureOf(thrown);
    await report(failure, running);
    return failure.code === "interrupted" ? (running.interruption.exitCode() ?? failure.exitCode) : failure.exitCode;
  } finally {
    running.interruption.end();
  }
}

async function answer(running: Running): Promise<number> {
  const { run } = running;
  const house = run.openHouse();
  const { request, output } = parseCommandLine(run.argv, house.catalogue);
  running.output = output;
  const out = pageFor(running, run.stdout);
  if (request === undefined) {
    await write(out.stream, `ispyd ${version}\n`);
    return 0;
  }
  running.request = request;
  if (output.file !== undefined) checkAnswerFile(output.file);
  const answered = await ask(running, house, request);
  const program = recordOf(house, request).starts?.(answered.result);
  if (program !== undefined) {
    // Its signals are the program's from here on.
    running.interruption.end();
    return await startProgram(program);
  }
  if (output.file !== undefined)
    return await answerToFile(
      running,
      { answer: answered, record: recordOf(house, request), params: request.params, target: request.target },
      output.file,
    );
  const text = output.json
    ? jsonAnswer(answered, out)
    : drawnAnswer({ answer: answered, record: recordOf(house, request), params: request.params, page: out });
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
  const bar = progressBar(pageFor(running, run.stderr), output.quiet);
  try {
    return await dispatch(house, { request, caller: run.caller, signal: interruption.signal, progress: bar.show });
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

async function writeNotes({ notes }: Answer, page: Page): Promise<void> {
  await tryWrite(page.stream, paint(drawNotes(notes, page.width), page.color));
}

async function report(failure: Failure, running: Running): Promise<void> {
  const page = pageFor(running, running.run.stderr);
  const trace = failure.code === "bug" && running.environment["ISPYD_TRACE"] === "1" ? paint(drawTrace(failure), page.color) : "";
  const aboutTarget = running.request?.target !== undefined;
  const said = running.output.json ? jsonFailure(failure, page) : paint(drawFailure(failure, aboutTarget, page.width), page.color);
  await tryWrite(page.stream, trace + said);
}
