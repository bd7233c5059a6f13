// `npm run bench`: every measurement in one run, beside its peer, written to bench/RESULTS.md. `-- NAME ...` runs only those named.

import { cpus, loadavg } from "node:os";
import { writeFileSync } from "node:fs";
import { findInterpreters, missingInterpreters } from "../test/rig/interpreters.ts";
import { impossibleStacksHead, measureImpossibleStacks } from "./impossible-stacks.ts";
import { measureCommandTime } from "./command-time.ts";
import { measurePsTime } from "./ps-time.ts";
import { measureReaderCost } from "./reader-cost.ts";
import { measureTargetCost } from "./target-cost.ts";
import { measureWhyTime } from "./why-time.ts";

const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
const interpreters = await findInterpreters();
const tools = interpreters.find(({ version }) => version === "3.11") ?? interpreters.at(-1);
if (tools === undefined) throw new Error("no CPython 3.8 to 3.15 was found");
const lines: string[] = [];

function write(...more: string[]): void {
  lines.push(...more);
  process.stdout.write(`${more.join("\n")}\n`);
}

write(
  "# Measured",
  "",
  `By \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(2)} at the start.`,
  `Medians, in brackets the quartiles. Not measured, since not found here: ${(await missingInterpreters()).join(", ") || "nothing"}.`,
);
if (isWanted("command-time")) {
  write(
    "",
    "## From the shell: `ispyd threads PID` beside `py-spy dump --pid PID`, in ms",
    "",
    "| Python | ispyd | py-spy | ratio | bare node |",
    "| --- | --- | --- | --- | --- |",
  );
  for (const interpreter of interpreters) write(await measureCommandTime(interpreter, tools));
}
if (isWanted("ps-time")) write("", "## `ispyd ps`", "", await measurePsTime(tools));
if (isWanted("why-time")) {
  write(
    "",
    "## `ispyd why` of a service of 8 gunicorn workers, one of them stuck, in ms",
    "",
    "| Python | median of 10 | fastest | slowest |",
    "| --- | --- | --- | --- |",
  );
  for (const interpreter of interpreters) write(await measureWhyTime(interpreter));
}
if (isWanted("reader-cost")) {
  write(
    "",
    "## The reader: one snapshot of 17 threads of 34 frames, in microseconds",
    "",
    "| Python | time | reads | verdicts |",
    "| --- | --- | --- | --- |",
  );
  for (const interpreter of interpreters) write(await measureReaderCost(interpreter));
}
if (isWanted("target-cost"))
  write("", "## The target: a server while it is looked at", "", ...(await measureTargetCost(tools)).flatMap((line) => [line, ""]));
// Three minutes for each version: only when it is named.
if (wanted.includes("impossible-stacks")) {
  write("", ...impossibleStacksHead);
  for (const interpreter of interpreters) write(...(await measureImpossibleStacks(interpreter, tools)));
}
if (wanted.length === 0) writeFileSync("bench/RESULTS.md", `${lines.join("\n").trimEnd()}\n`);
