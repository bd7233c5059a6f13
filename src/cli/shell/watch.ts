// `watch N COMMAND`: the same command again and again. On a terminal each answer takes the place of the one before.

import { Writable } from "node:stream";
import { sleep } from "../../base/clock.ts";
import { Failure } from "../../base/failure.ts";
import { formatDurationMs, parseDurationMs } from "../../base/units.ts";
import { watchInterruption } from "../interruption.ts";
import { write, type OutputStream } from "../page.ts";
import type { OwnCall } from "./own-command.ts";

const everyMsMin = 200;
const everyMsMax = 24 * 3600 * 1000;
/** Cursor to the first cell, and erase the screen and what scrolled out of it (ECMA-48 CUP and ED). */
const clearScreen = "\u001b[H\u001b[2J\u001b[3J";
/** For the heading, a blank line, and the cursor. */
const rowsKept = 3;

/** Until it is interrupted; a failure is shown and the next round goes on, since a worker may be about to come back. */
export async function watch(call: OwnCall): Promise<number> {
  const [typed = "", ...words] = call.words;
  const everyMs = readEvery(typed);
  if (words.length === 0) throw misuse("watch needs a command to repeat");
  if (words[0] === "watch") throw misuse("watch can't be watched");
  const interruption = watchInterruption(call.session.signals);
  const { signal } = interruption;
  const round = call.streams.stdout.isTTY === true ? roundOnScreen : roundInText;
  const title = `every ${formatDurationMs(everyMs)}: ${words.join(" ")}`;
  try {
    while (!signal.aborted) {
      await round({ call, words, title });
      await sleep(everyMs, signal);
    }
    return 0;
  } finally {
    interruption.end();
  }
}

function readEvery(text: string): number {
  const everyMs = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDurationMs(text);
  if (everyMs !== undefined && everyMs >= everyMsMin && everyMs <= everyMsMax) return everyMs;
  throw misuse(`watch repeats every 0.2 seconds at most and once a day at least, not every "${text}"`);
}

function misuse(message: string): Failure {
  return new Failure({ code: "argument-invalid", message, hint: "watch 2 threads, or watch 500ms requests" });
}

interface Round {
  readonly call: OwnCall;
  readonly words: readonly string[];
  readonly title: string;
}

async function roundInText({ call: { session, streams, runRepeated }, words }: Round): Promise<void> {
  const inJson = session.opened.output.json || words.includes("--json");
  if (!inJson) await write(streams.stdout, `--- ${clockTime()}\n`);
  await runRepeated(words, streams);
}

async function roundOnScreen({ call: { streams, runRepeated }, words, title }: Round): Promise<void> {
  const { stdout } = streams;
  const screen = collector(stdout);
  await runRepeated(words, { stdout: screen.stream, stderr: screen.stream });
  await write(stdout, `${clearScreen}${title}  ${clockTime()}  (Ctrl-C ends it)\n\n${fitting(screen.text(), stdout.rows ?? 24)}`);
}

function clockTime(): string {
  return new Date().toTimeString().slice(0, 8);
}

/** What a screen of that many rows holds. */
function fitting(text: string, rows: number): string {
  const lines = text.trimEnd().split("\n");
  const room = Math.max(1, rows - rowsKept);
  if (lines.length <= room) return `${lines.join("\n")}\n`;
  return `${lines.slice(0, room - 1).join("\n")}\n… ${lines.length - room + 1} more lines\n`;
}

/** A stream that looks like the terminal, and keeps what is written to it. */
function collector({ columns }: OutputStream): { readonly stream: OutputStream; text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: unknown, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY: true, ...(columns === undefined ? {} : { columns }) }), text: () => chunks.join("") };
}
