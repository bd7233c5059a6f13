// The variables of the frames that work on one request: found, read twice, and found again where the process runs on.
// Between requests.ts, which knows the frames, and values/, which reads what they hold.

import { monotonicMs } from "../base/clock.ts";
import type { Failure } from "../base/failure.ts";
import type { Redaction } from "../redaction/counts.ts";
import { createRedactor, type Redactor } from "../redaction/redactor.ts";
import type { Frame } from "../stacks/model.ts";
import { frameOrigin } from "../stacks/origin.ts";
import type { CaptureLimits, Variable } from "../stacks/value.ts";
import { markChanges } from "../stacks/value-changes.ts";
import { noSuchFrame } from "./capture-frame.ts";
import { type CodeCache, createCodeCache } from "./code.ts";
import type { Interpreter } from "./interpreter.ts";
import { isLiveCall } from "./live-call.ts";
import { cachePages } from "./page-cache.ts";
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

export interface RequestReadOptions {
  /** True while every thread of the process stands still: one look is then enough. */
  readonly stopped: boolean;
  /** Those of all frames together. */
  readonly limits: CaptureLimits;
}

export type RequestReader = (options: RequestReadOptions) => RequestCapture | NoSuchRequest | Failure;

/**
 * A reader of one request. It remembers from one read to the next what keeps a stop of the process short: code objects, and the texts that
 * must not be shown. `redactionKey` is the key under which equal secrets of one answer get equal fingerprints.
 */
export function createRequestReader(interpreter: Interpreter, choice: RequestChoice, redactionKey: Uint8Array): RequestReader {
  const known = { redactionKey, codes: createCodeCache(), secrets: createKnownSecrets() };
  return (options) => {
    const memory = options.stopped ? Object.assign(cachePages(interpreter.memory), { close: () => undefined }) : interpreter.memory;
    return readRequest({ ...known, ...options, interpreter: { ...interpreter, memory, heap: { ...interpreter.heap, memory } } }, choice);
  };
}

// Tried again, within a bound, where the request moved on meanwhile; what was read last then says so.
function readRequest(reading: Reading, choice: RequestChoice): RequestCapture | NoSuchRequest | Failure {
  let last: RequestCapture | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const look = lookForRequests(reading.interpreter, reading.stopped, reading.codes);
    const request = withId(look, choice.id);
    if (request === undefined) {
      const rejected = look.snapshot.threads.filter(({ verdict }) => verdict === "rejected").length;
      if (last !== undefined) return last;
      if (rejected === 0 || attempt === captureAttempts) return { inFlight: look.search.requests, rejected };
      continue;
    }
    const capture = readOnce(reading, request, choice);
    if (!("frames" in capture) || attempt === captureAttempts || capture.frames.every(({ stayed }) => stayed)) return capture;
    last = capture;
  }
}

function withId({ search }: RequestsLook, id: string): InFlight | undefined {
  return search.requests.find((request) => requestId(request) === id);
}

interface Reading extends RequestReadOptions {
  readonly interpreter: Interpreter;
  readonly redactionKey: Uint8Array;
  readonly codes: CodeCache;
  /** A secret that its name hides in one frame often stands in the next under another: what one look at one frame hides is hidden in all. */
  readonly secrets: KnownSecrets;
}

interface Chosen {
  readonly frame: Frame;
  readonly place: FramePlace;
  readonly number: number;
  readonly thread: number;
}

function readOnce(reading: Reading, request: InFlight, choice: RequestChoice): RequestCapture | Failure {
  const counted = request.frames.flatMap((frame, index) => {
    const place = request.places[index];
    return place !== undefined && (choice.all || frameOrigin(frame.file) === "application") ? [{ frame, place }] : [];
  });
  const thread = request.thread?.address ?? 0;
  const chosen = counted.map((one, number) => ({ ...one, number, thread })).slice(choice.first, choice.first + choice.count);
  if (chosen.length === 0)
    return noSuchFrame({ whose: "request", number: choice.first, all: choice.all, counted: counted.length, depth: request.frames.length });
  const facts = { request, countedFrames: counted.length };
  const own = request.places.filter((_, index) => frameOrigin(request.frames[index]?.file ?? "") === "application");
  const first = readAll(reading, chosen);
  if (reading.stopped) return { ...facts, ...withoutSecrets(reading, first) };
  searchSecrets(reading, own);
  const second = readAll(reading, chosen);
  const again = withId(lookForRequests(reading.interpreter, false, reading.codes), choice.id);
  const [before, after] = [withoutSecrets(reading, first), withoutSecrets(reading, second)];
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

function readAll({ interpreter: { heap }, codes, secrets, redactionKey, limits }: Reading, chosen: readonly Chosen[]): ReadFrames {
  const redactor = createRedactor({ key: redactionKey });
  const shares = shareLimits(limits);
  const frames = chosen.map(({ frame, place, number, thread }, index) => {
    const walk = createWalk({ heap, codes, redactor, limits: shares.next(chosen.length - index), secrets });
    const before = isLiveCall(heap, place, thread);
    const { variables, count, reached } = readFrameVariables(walk, place) ?? nothing;
    shares.take(variables);
    // Calls that take turns in one place look alike from further off.
    return { frame, number, variables, variableCount: count, stayed: before && isLiveCall(heap, place, thread), reached };
  });
  return { frames, redactor };
}

const framesSearched = 20;
const searchLimits = { depth: 2, items: 50, fields: 20, characters: 256, sizeBytes: 65_536 } as const;

// The application's own frames are searched for what they hide, shown or not: of those that are, a large object may have left no room for
// a short secret. Not while the process stands still: the read before the stop has done it.
function searchSecrets({ interpreter: { heap }, codes, secrets, limits: { durationMs } }: Reading, own: readonly FramePlace[]): void {
  const deadlineMs = monotonicMs() + durationMs;
  for (const place of own.slice(0, framesSearched)) {
    const limits = { ...searchLimits, durationMs: Math.max(0, deadlineMs - monotonicMs()) };
    readFrameVariables(createWalk({ heap, codes, redactor: createRedactor(), limits, secrets }), place);
  }
}

// Last of all, when every secret is known that will be.
function withoutSecrets({ secrets }: Reading, { frames, redactor }: ReadFrames): Pick<RequestCapture, "frames" | "redactions"> {
  const hidden = frames.map((frame) => ({ ...frame, variables: secrets.hideIn(frame.variables, redactor) }));
  return { frames: hidden, redactions: redactor.totals() };
}

const nothing: FrameVariables = { variables: [], count: 0, reached: undefined };

interface Shares {
  /** What the next of so many frames may take: an equal share of what the others left. */
  next(frames: number): CaptureLimits;
  take(variables: readonly Variable[]): void;
}

function shareLimits(limits: CaptureLimits): Shares {
  const deadlineMs = monotonicMs() + limits.durationMs;
  let leftBytes = limits.sizeBytes;
  return {
    next: (frames) => ({
      ...limits,
      sizeBytes: Math.max(0, leftBytes) / frames,
      durationMs: Math.max(0, deadlineMs - monotonicMs()) / frames,
    }),
    take: (variables) => void (leftBytes -= JSON.stringify(variables).length),
  };
}
