// Stacks that never existed, side by side: the programs that know all their stacks (test/programs/truth_*.py), read by ispyd, py-spy and Python 3.15's own sampler.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { startWatchdog } from "../src/outside/watchdog.ts";
import type { Frame } from "../src/stacks/model.ts";
import { environmentFor } from "../test/rig/environments.ts";
import type { Interpreter } from "../test/rig/interpreters.ts";
import { runProgram } from "../test/rig/run-program.ts";
import { startTruth, type TruthTarget, truthPrograms } from "../test/rig/truth.ts";
import { countStacks } from "../test/rig/truth-count.ts";

const reads = 5_000;
const samplingSeconds = 5;
const samplesPerSecond = 1_000;

export const impossibleStacksHead = [
  `Per program and tool: impossible among the stacks shown, and in brackets the share of looks that showed none (rejected, error). ispyd looks ${reads.toLocaleString("en")} times, py-spy and \`profiling.sampling\` ${samplingSeconds} s at ${samplesPerSecond.toLocaleString("en")} per second.`,
  "",
  "| Python | program | ispyd | ispyd, stopped | py-spy | py-spy, --nonblocking | profiling.sampling | profiling.sampling, --blocking | load |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
];

interface Peer {
  readonly program: string;
  readonly args: (pid: number, output: string) => readonly string[];
  /** One line of its output: frames outermost first, and how often. */
  readonly parse: (line: string) => { readonly frames: readonly Frame[]; readonly count: number } | undefined;
  /** Looks that failed, in what it said. */
  readonly errors: (said: string, shown: number) => number;
}

/** Lines of a table, one per program. */
export async function measureImpossibleStacks(interpreter: Interpreter, tools: Interpreter): Promise<string[]> {
  const pySpy = join((await environmentFor(tools, "py-spy")).bin, "py-spy");
  const watchdog = await startWatchdog(new AbortController().signal);
  const lines: string[] = [];
  for (const name of truthPrograms) {
    const target = await startTruth(interpreter, name);
    try {
      const cells = [interpreter.full, name, await own(target), await own(target, watchdog)];
      for (const blocking of [true, false]) cells.push(await peer(target, pySpyPeer(pySpy, blocking)));
      for (const blocking of [false, true])
        cells.push(interpreter.version === "3.15" ? await peer(target, samplerPeer(interpreter.path, blocking)) : "-");
      lines.push(`| ${[...cells, loadavg()[0]?.toFixed(1)].join(" | ")} |`);
    } finally {
      await target.stop();
    }
  }
  watchdog.close();
  return lines;
}

async function own(target: TruthTarget, watchdog?: Awaited<ReturnType<typeof startWatchdog>>): Promise<string> {
  const { kept, retried, rejected, impossible } = await countStacks(target, reads, watchdog);
  return toCell(impossible, kept + retried, rejected);
}

async function peer(target: TruthTarget, { program, args, parse, errors }: Peer): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "ispyd-bench-"));
  const output = join(directory, "stacks");
  try {
    const run = await runProgram(program, args(target.pid, output), { timeoutMs: samplingSeconds * 1_000 + 60_000 });
    if (run.problem !== "") return "can't read it";
    let shown = 0;
    let impossible = 0;
    for (const line of readFileSync(output, "utf8").split("\n")) {
      const parsed = parse(line);
      if (parsed === undefined) continue;
      shown += parsed.count;
      if (!target.isRoughlyPossible(parsed.frames.toReversed())) impossible += parsed.count;
    }
    return toCell(impossible, shown, errors(`${run.stdout}\n${run.stderr}`, shown));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function toCell(impossible: number, shown: number, none: number): string {
  const share = shown === 0 ? "" : `${((100 * impossible) / shown).toFixed(impossible === 0 ? 0 : 2)} % = `;
  return `${share}${impossible} of ${shown} (${((100 * none) / Math.max(1, shown + none)).toFixed(1)} %)`;
}

// "outer (/path:12);inner (/path:3) 42"
function pySpyPeer(program: string, blocking: boolean): Peer {
  return {
    program,
    args: (pid, output) => [
      "record",
      "--pid",
      `${pid}`,
      "--rate",
      `${samplesPerSecond}`,
      "--duration",
      `${samplingSeconds}`,
      "--idle",
      "--format",
      "raw",
      "--full-filenames",
      "--output",
      output,
      ...(blocking ? [] : ["--nonblocking"]),
    ],
    parse: (line) => parseStack(line, / (\d+)$/, (part) => /^(.*) \((.*):(\d+)\)$/.exec(part)?.slice(1)),
    errors: (said) => Number(/Errors: (\d+)/.exec(said)?.[1] ?? 0),
  };
}

// "tid:7;file.py:outer:12;file.py:inner:3 42"
function samplerPeer(program: string, blocking: boolean): Peer {
  return {
    program,
    args: (pid, output) => [
      "-m",
      "profiling.sampling",
      "attach",
      "--all-threads",
      "--no-gc",
      "--sampling-rate",
      `${samplesPerSecond}`,
      "--duration",
      `${samplingSeconds}`,
      "--collapsed",
      "--output",
      output,
      ...(blocking ? ["--blocking"] : []),
      `${pid}`,
    ],
    parse: (line) =>
      parseStack(line.replace(/^tid:\d+;/, ""), / (\d+)$/, (part) => {
        const [, file = "", name = "", at = "0"] = /^(.*):([^:]*):(\d+)$/.exec(part) ?? [];
        return name === "" ? undefined : [name, file, at];
      }),
    errors: (said, shown) =>
      (shown * Number(/Error rate: ([\d.]+)/.exec(said)?.[1] ?? 0)) /
      (100 - Math.min(99, Number(/Error rate: ([\d.]+)/.exec(said)?.[1] ?? 0))),
  };
}

function parseStack(
  line: string,
  ending: RegExp,
  parsePart: (part: string) => readonly string[] | undefined,
): { frames: Frame[]; count: number } | undefined {
  const count = Number(ending.exec(line)?.[1] ?? 0);
  if (count === 0) return undefined;
  const frames = line
    .replace(ending, "")
    .split(";")
    .flatMap((part): Frame[] => {
      // Frames without a file are not the program's: entries from C, and what calls __init__ inside the interpreter.
      const [name = "", file = "", at = "0"] = parsePart(part) ?? [];
      return file === "" || file === "__init__" || file === "~" ? [] : [{ function: name, file, line: Number(at) }];
    });
  return { frames, count };
}
