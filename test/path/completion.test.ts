// `ispyd completion` through the real command: each script is accepted by the shell that it is for.

import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { ispyd } from "../rig/ispyd.ts";
import { runProgram } from "../rig/run-program.ts";

for (const shell of ["bash", "zsh", "fish"]) {
  const path = [`/bin/${shell}`, `/usr/bin/${shell}`].find((place) => existsSync(place));
  test.skipIf(path === undefined)(`${shell} reads its script without an error (skipped where ${shell} is not installed)`, async () => {
    const { stdout } = await ispyd(["completion", shell]);
    const checked = await runProgram(path ?? shell, shell === "fish" ? ["--no-execute", "-c", stdout] : ["-n", "-c", stdout]);
    expect(checked).toMatchObject({ exitCode: 0, stderr: "" });
  });
}

test("an unknown shell is refused with the known ones named", async () => {
  const { exitCode, stderr } = await ispyd(["completion", "tcsh"]);
  expect(exitCode).toBe(2);
  for (const shell of ["bash", "zsh", "fish"]) expect(stderr).toContain(shell);
});
