// How a frame is drawn, wherever stacks are: the application's own frames stand out, those of libraries and of Python step back.

import { frameOrigin, shortFile } from "../stacks/origin.ts";
import type { FrameResult } from "./stack-schema.ts";
import type { Cell, FrameLine } from "./view.ts";

function frameLine(frame: FrameResult): FrameLine {
  const own = frameOrigin(frame.file) === "application";
  const place = frame.line > 0 ? `${shortFile(frame.file)}:${frame.line}` : shortFile(frame.file);
  return { function: frame.function, place, tone: own ? "strong" : "dim", ...(frame.source === undefined ? {} : { source: frame.source }) };
}

/** "shop/2", "shop", or the pid where there is no service. */
export function targetName(target: { pid: number; service: string; worker: number }): string {
  return target.worker > 0 ? `${target.service}/${target.worker}` : target.service;
}

// Of a stack without a line of the application this many frames are shown: enough to see what waits.
const shownWithoutApplication = 5;

/**
 * The frames of a stack for people, innermost first. What lies below the application's outermost frame (server, framework, interpreter
 * start-up) is counted instead of drawn, unless `all` is asked for.
 */
export function frameLines(frames: readonly FrameResult[], all: boolean): FrameLine[] {
  const outermost = frames.findLastIndex(({ file }) => frameOrigin(file) === "application");
  const wanted = all ? frames.length : outermost < 0 ? shownWithoutApplication : outermost + 1;
  // A line that counts one frame would take the place of that frame.
  const shown = frames.length - wanted === 1 ? frames.length : wanted;
  const rest = frames.slice(shown);
  const lines = frames.slice(0, shown).map(frameLine);
  return rest.length === 0 ? lines : [...lines, { function: `… ${rest.length} more`, place: `of ${packagesOf(rest)}`, tone: "dim" }];
}

function packagesOf(frames: readonly FrameResult[]): string {
  const names = frames.map(({ file }) =>
    file.startsWith("<frozen ") ? file.slice(8, -1) : (shortFile(file).split("/")[0] ?? "").replace(/\.py$/, ""),
  );
  const unique = [...new Set(names)];
  return unique.slice(0, 4).join(", ") + (unique.length > 4 ? ", ..." : "");
}

export function dim(text: string): Cell {
  return { text, tone: "dim" };
}

export function strong(text: string): Cell {
  return { text, tone: "strong" };
}

/** "3 kept, 1 retried, 0 rejected" in the words of help. */
export function verdictText({ kept, retried, rejected }: { kept: number; retried: number; rejected: number }): string {
  const parts = [`${kept} kept`, ...(retried > 0 ? [`${retried} retried`] : []), ...(rejected > 0 ? [`${rejected} rejected`] : [])];
  return parts.join(", ");
}
