// When the frames of a thread that may be running count: only where one look confirms another. Stands between stack-read.ts and the readers of frames.
// A mixture comes about rarely where all frames were copied in one read, and often where each was read by itself; so much more must agree then.

import { monotonicMs } from "../base/clock.ts";
import type { RawFrame } from "./raw-frame.ts";

export type Frames = readonly RawFrame[];

// Measured, not derived: docs/reading.md.
const looksThatAgree = 8;
const longestPauseMs = 0.004;

/** Frames that were copied in one read count once a second look, of all there were, has found the same. `sighted` keeps those looks. */
export function sightTwice(first: Frames, lookOnce: () => Frames | undefined, sighted: Frames[]): Frames | undefined {
  for (const frames of [first, lookOnce()]) {
    if (frames === undefined || passesGenerator(frames)) continue;
    if (sighted.some((other) => isConfirmedBy(frames, other))) return frames;
    sighted.push(frames);
  }
  return undefined;
}

/**
 * Frames that were read one by one count where several looks in a row, at irregular distances, find the same: one that agrees with the next
 * proves little where a program goes in a circle, but several agree by chance far more rarely than a stack stands still.
 */
export function readAgreed(lookOnce: () => Frames | undefined): Frames | undefined {
  const seen: Frames[] = [];
  while (seen.length < looksThatAgree) {
    const frames = lookOnce();
    if (frames === undefined) return undefined;
    seen.push(frames);
    // The second has looks before and after it, so calls above its generators, which may differ from look to look, belong to it.
    const chosen = seen[1];
    if (chosen !== undefined && !isConfirmedBy(chosen, seen.length === 2 ? seen[0] : frames)) return undefined;
    waitIrregularly();
  }
  return seen[1];
}

/** Whether a part of the stack lies outside the thread's own: from the innermost generator outwards nothing was copied with the rest. */
export function passesGenerator(frames: Frames): boolean {
  return frames.some(({ ownedByGenerator }) => ownedByGenerator);
}

function isConfirmedBy(chosen: Frames, other: Frames | undefined): boolean {
  const start = firstApart(chosen);
  const otherStart = other === undefined ? 0 : firstApart(other);
  if (other === undefined || other.length - otherStart !== chosen.length - start) return false;
  return chosen.slice(start).every((frame, index) => {
    const match = other[otherStart + index];
    // The innermost frame's instruction moves on while it runs; every other must still wait in the same call.
    return (
      match?.address === frame.address && match.code === frame.code && (start + index === 0 || match.instruction === frame.instruction)
    );
  });
}

// Calls above the innermost generator were copied in one read with each other; up to 3.10 no two frames are.
function firstApart(frames: Frames): number {
  return frames[0]?.instructionIsAddress === true
    ? Math.max(
        0,
        frames.findIndex(({ ownedByGenerator }) => ownedByGenerator),
      )
    : 0;
}

function waitIrregularly(): void {
  const endMs = monotonicMs() + Math.random() * longestPauseMs;
  while (monotonicMs() < endMs);
}
