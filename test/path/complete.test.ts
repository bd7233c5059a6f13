// `ispyd complete`, which the completion scripts call: commands, options, and the targets that run at this moment.

import { afterAll, expect, test } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

afterAll(stopTargets);

async function candidates(...words: string[]): Promise<string[]> {
  const { stdout } = await ispyd(["complete", "--", ...words]);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "");
}

test("a command is completed", async () => {
  expect(await candidates("thr")).toEqual(["threads"]);
});

test("an option of the command is completed", async () => {
  expect(await candidates("threads", "--pau")).toContain("--pause");
});

test("a process that runs now is offered as a target", async () => {
  const python = (await findInterpreters()).at(0);
  if (python === undefined) throw new Error("no CPython was found");
  const target = await startTarget({ python, program: "import time\nprint('ready', flush=True)\ntime.sleep(60)\n" });
  expect(await candidates("threads", String(target.pid))).toContain(String(target.pid));
  await target.stop();
});

test("nonsense is answered with nothing, and no error", async () => {
  const { exitCode, stderr } = await ispyd(["complete", "--", "threads", "\u001b[31m"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});
