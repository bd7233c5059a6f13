// The variables of one frame of one thread, looked at twice where the process runs on: between stacks (snapshot.ts) and values (values/).

import { Failure } from "../base/failure.ts";
import { createRedactor } from "../redaction/redactor.ts";
import type { Redaction } from "../redaction/counts.ts";
import type { Frame } from "../stacks/model.ts";
import { frameOrigin } from "../stacks/origin.ts";
import type { CaptureLimits, Variable } from "../stacks/value.ts";
import { markChanges } from "../stacks/value-changes.ts";
import { type CodeCache, createCodeCache } from "./code.ts";
import type { Interpreter } from "./interpreter.ts";
import { isLiveCall } from "./live-call.ts";
import type { FramePlace } from "./raw-frame.ts";
import { readStacks } from "./snapshot.ts";
import { type FrameVariables, readFrameVariables } from "./values/frame-variables.ts";
import { createWalk } from "./values/value-reader.ts";

export interface FrameChoice {
  /** Address of the thread's state. */
  readonly thread: number;
  /** Which frame, from the innermost outwards; undefined for the innermost of those that count. */
  readonly number: number;
  /** True: every frame counts. False: only those of the application. */
  readonly all: boolean;
}

export interface CaptureOptions {
  /** True while every thread of the process stands still: one look is then enough. */
  readonly stopped: boolean;
  readonly limits: CaptureLimits;
  /** The key under which equal secrets of one answer get equal fingerprints. */
  readonly redactionKey: Uint8Array;
}

export interface FrameCapture {
  readonly frame: Frame;
  readonly number: number;
  /** Frames that count, and that there are. */
  readonly countedFrames: number;
  readonly depth: number;
  readonly variables: readonly Variable[];
  readonly variableCount: number;
  /** False where the frame was left, or another stood in its place, when it was looked at again. */
  readonly stayed: boolean;
  /** The limit that ended the capture early. */
  readonly reached: "size" | "time" | undefined;
  readonly redactions: readonly Redaction[];
}

const looksPerStack = 40;
const captureAttempts = 5;
const mostFrames = 100_000;

/** Reads the frame and its variables; tried again, within a bound, where the frame was left meanwhile. */
export function captureFrame(interpreter: Interpreter, choice: FrameChoice, options: CaptureOptions): FrameCapture | Failure {
  let capture: FrameCapture | Failure = unsettled();
  for (let attempt = 0; attempt < captureAttempts; attempt += 1) {
    capture = captureOnce(interpreter, choice, options);
    if (!(capture instanceof Failure) && capture.stayed) return capture;
  }
  return capture;
}

interface Chosen {
  readonly frame: Frame;
  readonly place: FramePlace;
  readonly countedFrames: number;
  readonly depth: number;
}

function captureOnce(interpreter: Interpreter, choice: FrameChoice, options: CaptureOptions): FrameCapture | Failure {
  const codes = createCodeCache();
  const chosen = chooseFrame(interpreter, choice, options, codes);
  if (chosen instanceof Failure) return chosen;
  const lookOnce = (): Look | undefined => look({ interpreter, codes, thread: choice.thread, options }, chosen.place);
  const first = lookOnce();
  if (first === undefined) return unsettled();
  const facts = { frame: chosen.frame, number: choice.number, countedFrames: chosen.countedFrames, depth: chosen.depth };
  const known = { variables: first.variables, variableCount: first.count, reached: first.reached, redactions: first.redactions };
  if (options.stopped) return { ...facts, ...known, stayed: true };
  const there = stillThere(interpreter, choice, chosen.place, codes);
  const second = lookOnce();
  const stayed = there && first.intact && second?.intact === true;
  if (second === undefined) return { ...facts, ...known, variables: markChanges([], first.variables), stayed: false };
  const { variables, count, reached, redactions } = second;
  return { ...facts, variables: markChanges(stayed ? first.variables : [], variables), variableCount: count, reached, redactions, stayed };
}

interface Look extends FrameVariables {
  /** The call went on before and after the read: calls that take turns in one place look alike from further off. */
  readonly intact: boolean;
  readonly redactions: readonly Redaction[];
}

interface Looking {
  readonly interpreter: Interpreter;
  readonly codes: CodeCache;
  readonly thread: number;
  readonly options: CaptureOptions;
}

function look({ interpreter: { heap }, codes, thread, options }: Looking, place: FramePlace): Look | undefined {
  const { limits, redactionKey } = options;
  const redactor = createRedactor({ key: redactionKey });
  const walk = createWalk({ heap, codes, redactor, limits });
  const before = isLiveCall(heap, place, thread);
  const found = readFrameVariables(walk, place);
  return found === undefined ? undefined : { ...found, intact: before && isLiveCall(heap, place, thread), redactions: redactor.totals() };
}

function chooseFrame(interpreter: Interpreter, choice: FrameChoice, { stopped }: CaptureOptions, codes: CodeCache): Chosen | Failure {
  const stack = readStackOf(interpreter, choice.thread, stopped, codes);
  if (stack === undefined)
    return new Failure({ code: "target-gone", message: "the thread has ended", hint: "ispyd threads shows those that run" });
  if (stack.verdict === "rejected") return unsettled();
  const counted = stack.frames.flatMap((frame, index) => {
    const place = stack.places[index];
    return place !== undefined && (choice.all || frameOrigin(frame.file) === "application") ? [{ frame, place }] : [];
  });
  const found = counted[choice.number];
  if (found === undefined) return noSuchFrame({ ...choice, whose: "thread", counted: counted.length, depth: stack.depth });
  return { ...found, countedFrames: counted.length, depth: stack.depth };
}

function readStackOf(
  interpreter: Interpreter,
  thread: number,
  stopped: boolean,
  codes: CodeCache,
): { verdict: string; frames: readonly Frame[]; places: readonly FramePlace[]; depth: number } | undefined {
  const { interpreters } = readStacks(interpreter, { stopped, attempts: looksPerStack, frameLimit: mostFrames, codes });
  return interpreters.flatMap(({ read }) => read ?? []).find(({ state, stack }) => state.address === thread && stack.listed)?.stack;
}

function stillThere(interpreter: Interpreter, choice: FrameChoice, place: FramePlace, codes: CodeCache): boolean {
  const stack = readStackOf(interpreter, choice.thread, false, codes);
  return stack?.places.some(({ address, code }) => address === place.address && code === place.code) === true;
}

interface LackingFrame {
  readonly whose: "thread" | "request";
  readonly number: number;
  readonly all: boolean;
  readonly counted: number;
  readonly depth: number;
}

/** The Failure of whoever asked for a frame beyond those that count. */
export function noSuchFrame({ whose, number, all, counted, depth }: LackingFrame): Failure {
  if (counted === 0 && !all) {
    return new Failure({
      code: "operation-failed",
      message: `none of the ${depth} frames of this ${whose} is of the application`,
      hint: "--all counts the frames of libraries and of Python too",
    });
  }
  const frames = `${counted} ${all ? "" : "application "}${counted === 1 ? "frame" : "frames"}`;
  return new Failure({
    code: "argument-invalid",
    message: `there is no frame ${number}: the ${whose} has ${frames}`,
    hint: counted === 0 ? "" : `--frame 0 to --frame ${counted - 1}`,
  });
}

function unsettled(): Failure {
  return new Failure({
    code: "operation-failed",
    message: "the thread's stack changed at every look",
    hint: "--pause stops the process for the instant of the read",
  });
}
