// The variables of the frames that work on one request: found, read twice, and found again where the process runs on.
// Between requests.ts, which knows the frames, and values/, which reads what they hold.

import { monotonicMs } from "../base/clock.ts";
import type { Failure } from "../base/failure.ts";
import type { Redaction } from "../redaction/counts.ts";
import { createRedactor, type Redactor } from "../redaction/redactor.ts";
import type { Frame } from "../stacks/model.ts";
import { frameOrigin } from "../stacks/origin.ts";
import type { Variable } from "../stacks/value.ts";
import { markChanges } from "../stacks/value-changes.ts";
import { type CaptureOptions, noSuchFrame } from "./capture-frame.ts";
import { type CodeCache, createCodeCache } from "./code.ts";
import { holdsCode } from "./frame-slots.ts";
import type { Interpreter } from "./interpreter.ts";
import type { FramePlace } from "./raw-frame.ts";
import { type InFlight, requestId } from "./requests.ts";
import { lookForRequests, type RequestsLook } from "./requests-look.ts";
import { type FrameVariables, readFrameVariables } from "./values/frame-variables.ts";
import { createKnownSecrets, type KnownSecrets } from "./values/known-secrets.ts";
import { createWalk } from "./values/value-reader.ts";

export interface RequestChoice {
  /** As `requestId` gives it. */
  readonly id: string;
  /** The first frame to read, counted from the innermost, and how many from there outwards. */
  readonly first: number;
  readonly count: number;
  /** True: every frame counts. False: only those of the application. */
  readonly all: boolean;
}

export interface CapturedFrame {
  readonly frame: Frame;
  readonly number: number;
  readonly variables: readonly Variable[];
  readonly variableCount: number;
  /** False where the request had left it when it was looked for again. */
  readonly stayed: boolean;
  /** The limit that ended its capture early. */
  readonly reached: "size" | "time" | undefined;
}

export interface RequestCapture {
  readonly request: InFlight;
  /** Innermost first. */
  readonly frames: readonly CapturedFrame[];
  /** Frames that count, and that there are. */
  readonly countedFrames: number;
  readonly redactions: readonly Redaction[];
}

/** No request has that id: those that are in flight instead. */
export interface NoSuchRequest {
  readonly inFlight: readonly InFlight[];
  /** Stacks that changed at every look: the request may be there. */
  readonly rejected: number;
}

const captureAttempts = 5;

/** Tried again, within a bound, where the request moved on meanwhile; what was read last then says so. The limits are those of all frames together. */
export function captureRequest(
  interpreter: Interpreter,
  choice: RequestChoice,
  options: CaptureOptions,
): RequestCapture | NoSuchRequest | Failure {
  const capturing = { interpreter, codes: createCodeCache(), secrets: createKnownSecrets(), options };
  let last: RequestCapture | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const look = lookForRequests(interpreter, options.stopped, capturing.codes);
    const request = withId(look, choice.id);
    if (request === undefined) {
      const rejected = look.snapshot.threads.filter(({ verdict }) => verdict === "rejected").length;
      if (last !== undefined) return last;
      if (rejected === 0 || attempt === captureAttempts) return { inFlight: look.search.requests, rejected };
      continue;
    }
    const capture = captureOnce(capturing, request, choice);
    if (!("frames" in capture) || attempt === captureAttempts || capture.frames.every(({ stayed }) => stayed)) return capture;
    last = capture;
  }
}

function withId({ search }: RequestsLook, id: string): InFlight | undefined {
  return search.requests.find((request) => requestId(request) === id);
}

interface Capturing {
  readonly interpreter: Interpreter;
  readonly codes: CodeCache;
  /** A secret that its name hides in one frame often stands in the next under another: what one look at one frame hides is hidden in all. */
  readonly secrets: KnownSecrets;
  readonly options: CaptureOptions;
}

interface Chosen {
  readonly frame: Frame;
  readonly place: FramePlace;
  readonly number: number;
}

function captureOnce(capturing: Capturing, request: InFlight, choice: RequestChoice): RequestCapture | Failure {
  const counted = request.frames.flatMap((frame, index) => {
    const place = request.places[index];
    return place !== undefined && (choice.all || frameOrigin(frame.file) === "application") ? [{ frame, place }] : [];
  });
  const chosen = counted.map((one, number) => ({ ...one, number })).slice(choice.first, choice.first + choice.count);
  if (chosen.length === 0)
    return noSuchFrame({ whose: "request", number: choice.first, all: choice.all, counted: counted.length, depth: request.frames.length });
  const facts = { request, countedFrames: counted.length };
  const own = request.places.filter((_, index) => frameOrigin(request.frames[index]?.file ?? "") === "application");
  const first = readAll(capturing, chosen, own);
  if (capturing.options.stopped) return { ...facts, ...withoutSecrets(capturing, first) };
  const second = readAll(capturing, chosen, own);
  const again = withId(lookForRequests(capturing.interpreter, false, capturing.codes), choice.id);
  const [before, after] = [withoutSecrets(capturing, first), withoutSecrets(capturing, second)];
  const frames = after.frames.map((frame, index) => {
    const earlier = before.frames[index];
    const stayed = frame.stayed && earlier?.stayed === true && isStillIn(again, request, chosen[index]?.place);
    return { ...frame, stayed, variables: markChanges(stayed ? earlier.variables : [], frame.variables) };
  });
  return { ...facts, frames, redactions: after.redactions };
}

/** The same request, and the same call in it. */
function isStillIn(again: InFlight | undefined, request: InFlight, place: FramePlace | undefined): boolean {
  return (
    again?.object?.address === request.object?.address &&
    again?.idAddress === request.idAddress &&
    again.places.some(({ address, code }) => address === place?.address && code === place.code)
  );
}

interface ReadFrames {
  readonly frames: readonly CapturedFrame[];
  readonly redactor: Redactor;
}

function readAll(capturing: Capturing, chosen: readonly Chosen[], own: readonly FramePlace[]): ReadFrames {
  const { interpreter, codes, secrets, options } = capturing;
  const { heap } = interpreter;
  const redactor = createRedactor({ key: options.redactionKey });
  const shares = shareLimits(options.limits);
  const frames = chosen.map(({ frame, place, number }, index) => {
    const walk = createWalk({ heap, codes, redactor, limits: shares.next(chosen.length - index), secrets });
    const before = holdsCode(heap, place);
    const { variables, count, reached } = readFrameVariables(walk, place) ?? nothing;
    shares.take(variables);
    // Calls that take turns in one place look alike from further off.
    return { frame, number, variables, variableCount: count, stayed: before && holdsCode(heap, place), reached };
  });
  searchSecrets(capturing, own, options.stopped ? shares.leftMs() : options.limits.durationMs);
  return { frames, redactor };
}

const framesSearched = 20;
const searchLimits = { depth: 2, items: 50, fields: 20, characters: 256, sizeBytes: 65_536 } as const;

// The application's own frames are searched for what they hide, shown or not: of those that are, a large object may have left no room for
// a short secret.
function searchSecrets({ interpreter: { heap }, codes, secrets }: Capturing, own: readonly FramePlace[], durationMs: number): void {
  const deadlineMs = monotonicMs() + durationMs;
  for (const place of own.slice(0, framesSearched)) {
    const limits = { ...searchLimits, durationMs: Math.max(0, deadlineMs - monotonicMs()) };
    readFrameVariables(createWalk({ heap, codes, redactor: createRedactor(), limits, secrets }), place);
  }
}

// Last of all, when every secret is known that will be.
function withoutSecrets({ secrets }: Capturing, { frames, redactor }: ReadFrames): Pick<RequestCapture, "frames" | "redactions"> {
  const hidden = frames.map((frame) => ({ ...frame, variables: secrets.hideIn(frame.variables, redactor) }));
  return { frames: hidden, redactions: redactor.totals() };
}

const nothing: FrameVariables = { variables: [], count: 0, reached: undefined };

interface Shares {
  /** What the next of so many frames may take: an equal share of what the others left. */
  next(frames: number): CaptureOptions["limits"];
  take(variables: readonly Variable[]): void;
  leftMs(): number;
}

function shareLimits(limits: CaptureOptions["limits"]): Shares {
  const deadlineMs = monotonicMs() + limits.durationMs;
  let leftBytes = limits.sizeBytes;
  return {
    next: (frames) => ({
      ...limits,
      sizeBytes: Math.max(0, leftBytes) / frames,
      durationMs: Math.max(0, deadlineMs - monotonicMs()) / frames,
    }),
    take: (variables) => void (leftBytes -= JSON.stringify(variables).length),
    leftMs: () => Math.max(0, deadlineMs - monotonicMs()),
  };
}
