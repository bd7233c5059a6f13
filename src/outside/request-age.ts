// How long a request has been in work, where its server keeps the moment it began in a place that can be read; undefined elsewhere.
// Source: gunicorn 19 to 27 (`request_start = datetime.now()` in the workers), hypercorn 0.11 to 0.18 (HTTPStream.start_time = time()),
// Celery 4 to 5 (`time_start = monotonic()` in trace_task), and the agent's own wrappers (`began_at` in agent/ispyd/recording).

import { readFileSync, readlinkSync } from "node:fs";
import { readMethodOwner } from "./callables.ts";
import { localAgeMs, readNaiveDateTime, readZoneOffsets } from "./date-times.ts";
import { readAttribute } from "./dictionary.ts";
import { readFloat } from "./floats.ts";
import type { Interpreter } from "./interpreter.ts";
import { readWord } from "./memory.ts";
import { readStat, ticksPerSecond } from "./proc/stat.ts";
import type { FramePlace } from "./raw-frame.ts";
import type { Scanner } from "./request-scan.ts";
import { listInterpreters } from "./thread-list.ts";
import type { Frame } from "../stacks/model.ts";

export interface Clocks {
  /** Wall clock, in milliseconds since 1970. */
  readonly nowMs: number;
  /** CLOCK_MONOTONIC as the target counts it; undefined where its time namespace shifts it. */
  readonly monotonicMs: number | undefined;
  readonly processAgeMs: number;
  /** Offsets of local time in minutes, read when first needed. */
  zoneOffsets(): readonly number[] | undefined;
}

/** The clocks of one look at a process. */
export function openClocks({ pid, heap, runtime }: Interpreter): Clocks {
  let offsets: readonly number[] | undefined | "unread" = "unread";
  const stat = readStat(pid);
  const uptimeMs = Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1_000;
  return {
    nowMs: performance.timeOrigin + performance.now(),
    monotonicMs: sharesTimeNamespace(pid) ? Number(process.hrtime.bigint() / 1_000n) / 1_000 : undefined,
    processAgeMs: typeof stat === "object" ? uptimeMs - (stat.startTicks * 1_000) / ticksPerSecond : 0,
    zoneOffsets: () => {
      if (offsets === "unread") {
        const interpreter = listInterpreters(heap, runtime)[0]?.address ?? 0;
        offsets = readZoneOffsets(heap, readWord(heap.memory, interpreter + heap.layout.interpreter.modules) ?? 0);
      }
      return offsets;
    },
  };
}

// time_namespaces(7): each may shift the monotonic clock. Kernels before 5.6 have none.
function sharesTimeNamespace(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/time`) === readlinkSync("/proc/self/ns/time");
  } catch {
    return true;
  }
}

interface Keeper {
  /** Part of the path of the file whose frame keeps the moment. */
  readonly file: string;
  readonly function: RegExp;
  age(scanner: Scanner, place: FramePlace, clocks: Clocks): number | undefined;
}

const keepers: readonly Keeper[] = [
  { file: "/gunicorn/", function: /handle|run/, age: localDateTime },
  { file: "/hypercorn/", function: /^_handle$/, age: streamStart },
  { file: "/ispyd/recording/", function: /(^|\.)(recorded_application|__call__)$/, age: monotonicFloat },
  { file: "/celery/app/trace.py", function: /(^|\.)trace_task$/, age: monotonicFloat },
];

/** The age of the request that these frames work on, in milliseconds; undefined where its server keeps no time that can be read. */
export function readAge(scanner: Scanner, clocks: Clocks, frames: readonly Frame[], places: readonly FramePlace[]): number | undefined {
  for (const [index, frame] of frames.entries()) {
    const place = places[index];
    const keeper = keepers.find(({ file, function: name }) => frame.file.includes(file) && name.test(frame.function));
    const age = place === undefined ? undefined : keeper?.age(scanner, place, clocks);
    if (age !== undefined) return plausible(age, clocks);
  }
  return undefined;
}

const toleranceMs = 50;

function plausible(ageMs: number, { processAgeMs }: Clocks): number | undefined {
  return ageMs >= -toleranceMs && ageMs <= processAgeMs + 1_000 ? Math.max(0, ageMs) : undefined;
}

function onlyOne(values: readonly (number | undefined)[]): number | undefined {
  const found = values.filter((value) => value !== undefined);
  return found.length === 1 ? found[0] : undefined;
}

function localDateTime(scanner: Scanner, place: FramePlace, clocks: Clocks): number | undefined {
  const naiveMs = onlyOne(
    scanner
      .variablesOf(place)
      .map((variable) => (scanner.typeNameOf(variable) === "datetime.datetime" ? readNaiveDateTime(scanner.heap, variable) : undefined)),
  );
  const offsets = naiveMs === undefined ? undefined : clocks.zoneOffsets();
  return naiveMs === undefined || offsets === undefined
    ? undefined
    : localAgeMs({ naiveMs, offsets, nowMs: clocks.nowMs, longestMs: clocks.processAgeMs });
}

// `send` is the stream's own method.
function streamStart(scanner: Scanner, place: FramePlace, clocks: Clocks): number | undefined {
  const { heap } = scanner;
  const starts = scanner.variablesOf(place).map((variable) => {
    const owner = readMethodOwner(heap, variable);
    const start =
      owner === undefined || !/^(HTTP|WS)Stream$/.test(scanner.typeNameOf(owner)) ? undefined : readAttribute(heap, owner, "start_time");
    return start === undefined ? undefined : readFloat(heap, start);
  });
  const [start] = starts.filter((one) => one !== undefined);
  return start === undefined ? undefined : clocks.nowMs - start * 1_000;
}

function monotonicFloat(scanner: Scanner, place: FramePlace, { monotonicMs }: Clocks): number | undefined {
  const start = onlyOne(scanner.variablesOf(place).map((variable) => readFloat(scanner.heap, variable)));
  return start === undefined || monotonicMs === undefined ? undefined : monotonicMs - start * 1_000;
}
