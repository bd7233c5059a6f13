// What the agreement tests share: programs that write down the truth about themselves, and the comparison of frames, told as short differences.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Interpreter } from "../rig/interpreters.ts";
import { startTarget, type Target, type TargetOptions } from "../rig/target.ts";

export interface Frame {
  function: string;
  file: string;
  line: number;
  column?: number;
}

/** A program of test/programs, started and at its standstill, with the truth that it wrote. */
export async function startTruth<Truth>(
  python: Interpreter | string,
  program: string,
  options: Partial<TargetOptions> = {},
): Promise<{ target: Target; truth: Truth }> {
  const source = readFileSync(join(import.meta.dirname, "../programs", program), "utf8");
  const target = await startTarget({ python, files: { [program]: source }, args: [program], readyTimeoutMs: 40_000, ...options });
  const truth = JSON.parse(readFileSync(join(target.directory, "truth.json"), "utf8")) as Truth;
  return { target, truth };
}

/** Where two stacks differ first, or nothing. Columns count only where the truth tells of them, or says by `columns` that there are none. */
export function frameDifference(found: readonly Frame[], truth: readonly Frame[], columns: boolean): string | undefined {
  for (let index = 0; index < Math.max(found.length, truth.length); index += 1) {
    const [one, other] = [found[index], truth[index]];
    const same =
      one?.function === other?.function &&
      one?.file === other?.file &&
      one?.line === other?.line &&
      (!columns || one?.column === other?.column);
    if (!same) return `frame ${index} of ${found.length} is ${shown(one)}, in truth (${truth.length}) ${shown(other)}`;
  }
  return undefined;
}

function shown(frame: Frame | undefined): string {
  return frame === undefined
    ? "missing"
    : JSON.stringify([frame.function.slice(0, 80), frame.file.slice(-60), frame.line, frame.column ?? null]);
}
