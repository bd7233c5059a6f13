// `ispyd report` on a real process: one page and one document that tell the whole story, hold no secret, and need nothing else to be read.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";

const secret = "hunter2-planted-secret";
const program = `
import threading, time
lock = threading.Lock()
password = "${secret}"

def outer():
    with lock:
        inner()

def inner():
    with lock:
        pass

threading.Thread(target=outer, name="<script>alert(1)</script> password=${secret}", daemon=True).start()
time.sleep(0.3)
print("ready", flush=True)
time.sleep(600)
`;

let directory = "";
let target: Target;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "ispyd-report-"));
  const python = (await findInterpreters()).find(({ version }) => version === "3.11") ?? (await findInterpreters())[0];
  if (python === undefined) throw new Error("no CPython was found");
  target = await startTarget({ python, program, args: ["--password", secret] });
});

afterAll(async () => {
  await stopTargets();
  rmSync(directory, { recursive: true, force: true });
});

test("the page names the deadlock's line, holds no secret, runs no script and loads nothing", async () => {
  const file = join(directory, "incident.html");
  const { exitCode, stdout } = await ispyd(["report", String(target.pid), "--output", file]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`wrote ${file}`);
  const page = readFileSync(file, "utf8");
  expect(page).toContain("deadlock");
  expect(page).toContain("program.py:11");
  expect(page).not.toContain(secret);
  expect(page).not.toMatch(/<script|https?:\/\/|src=|url\(/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("the document has every section with its command, time and result", async () => {
  const file = join(directory, "incident.json");
  expect((await ispyd(["report", String(target.pid), "-o", file])).exitCode).toBe(0);
  const text = readFileSync(file, "utf8");
  expect(text).not.toContain(secret);
  const { sections } = JSON.parse(text) as { sections: { command: string; typed: string; failure: unknown }[] };
  expect(sections.map(({ command }) => command)).toEqual(["why", "requests", "locks", "threads", "tasks", "fds", "children", "ps"]);
  for (const { typed, failure } of sections) expect({ typed: typed.startsWith("ispyd "), failure }).toEqual({ typed: true, failure: null });
});

test("a file that can't be written is a failure, and one that was there stays whole", async () => {
  const { exitCode, stderr } = await ispyd(["threads", String(target.pid), "-o", "/proc/no/such/place.html"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("could not be written");
  const kept = join(directory, "kept.html");
  writeFileSync(kept, "before");
  await ispyd(["threads", "999999999", "-o", kept]);
  expect(readFileSync(kept, "utf8")).toBe("before");
});

test("a target that no command can read fails as it does elsewhere, not as a defect", async () => {
  const { exitCode, stderr } = await ispyd(["report", String(process.pid), "--json"]);
  expect(exitCode).toBe(4);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: "not-python" } });
});
