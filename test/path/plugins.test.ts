// `plugins`: what agents offer, what the settings make of it, and plugins of others that run only at the level and in the very file that the operator listed.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispydPath } from "../rig/ispyd.ts";
import { type ProgramRun, runProgram } from "../rig/run-program.ts";
import { startTarget, stopTargets, type Target } from "../rig/target.ts";

const [python] = await findInterpreters();
const fake = readFileSync(join(import.meta.dirname, "../programs/fake_agent.py"), "utf8");
const sha256 = "ab".repeat(32);
let home = "";
let target: Target;

beforeAll(async () => {
  if (python === undefined) throw new Error("no CPython here");
  const parent = mkdtempSync(join(tmpdir(), "ispyd-fake-"));
  target = await startTarget({
    python,
    files: { "fake_agent.py": fake },
    args: ["fake_agent.py", "honest"],
    env: { FAKE_AGENT_PARENT: parent },
  });
});
afterAll(stopTargets);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ispyd-plugins-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function ispyd(...words: string[]): Promise<ProgramRun> {
  const env = { XDG_CONFIG_HOME: home, XDG_CACHE_HOME: join(home, "cache"), ISPYD_AUDIT_DIRECTORY: join(home, "audit") };
  return runProgram(process.execPath, [ispydPath, ...words], { env, directory: home, timeoutMs: 30_000 });
}

function settings(text: string): void {
  mkdirSync(join(home, "ispyd"), { recursive: true });
  writeFileSync(join(home, "ispyd/ispyd.toml"), text);
}

test("without a target the built-in plugins are listed with the levels of their commands", async () => {
  const { stdout, exitCode } = await ispyd("plugins");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^process +ready +inspect: .*cwd.*capture: environ/m);
});

test("a plugin that no settings list is refused with the line that would allow it; listed, it runs and is completed", async () => {
  const pid = String(target.pid);
  const unknown = await ispyd("shop", "orders", pid);
  expect(unknown.exitCode).toBe(2);
  const listed = await ispyd("plugins", pid);
  expect(listed.stdout).toMatch(/^shop +unlisted +console: orders/m);
  const line = `shop = { level = "inspect", sha256 = "${sha256}" }`;
  const refused = await ispyd("shop", "orders", pid);
  expect(refused.exitCode).toBe(3);
  expect(refused.stderr).toContain("/srv/shop_plugin.py");
  expect(refused.stderr).toContain(line);
  settings(`[plugins]\n${line}\n`);
  const run = await ispyd("shop", "orders", pid);
  expect(run.stdout, run.stderr).toBe("ID  STATE\n 7  paid\n".replace(" 7", "7 "));
  expect((await ispyd("orders", pid, "--json")).stdout).toContain('"redactions":[{"rule":"value: JWT","count":2}]');
  expect((await ispyd("help", "shop", "orders")).stdout).toContain("Orders in flight");
  expect((await ispyd("complete", "--", "shop", "")).stdout).toBe("orders Orders in flight\n");
  expect((await ispyd("plugins", pid)).stdout).toMatch(/^shop +ready +inspect: orders/m);
});

test("the level is the operator's, and another file than the listed one is refused in the target", async () => {
  const pid = String(target.pid);
  await ispyd("plugins", pid);
  settings(`[plugins]\nshop = { level = "capture", sha256 = "${sha256}" }\n`);
  const run = await ispyd("shop", "orders", pid);
  expect(run.stderr).toContain("is of level capture and needs a reason");
  settings(`[plugins]\nshop = { level = "inspect", sha256 = "${"cd".repeat(32)}" }\n`);
  const changed = await ispyd("shop", "orders", pid);
  expect(changed.exitCode).toBe(3);
  expect(changed.stderr).toContain(`set sha256 = "${sha256}"`);
  expect((await ispyd("plugins", pid)).stdout).toMatch(/^shop +changed /m);
});

test.each([
  ["a plugin in the list", '[plugins]\ndisabled = ["process"]\n'],
  ["a command in the list", '[plugins]\ndisabled = ["process cwd"]\n'],
  ["a plugin's own table", "[process]\nenabled = false\n"],
  ["a command's own table", "[process.cwd]\nenabled = false\n"],
])("what is switched off by %s is refused and says where", async (_how, text) => {
  settings(text);
  const run = await ispyd("cwd", String(target.pid), "--json");
  expect(run.exitCode).toBe(3);
  const { error } = JSON.parse(run.stderr) as { error: { code: string; message: string } };
  expect(error.code).toBe("plugin-disabled");
  expect(error.message).toContain(join(home, "ispyd/ispyd.toml"));
});

test("a file of the working directory switches off, but lists nothing and switches nothing on", async () => {
  await ispyd("plugins", String(target.pid));
  settings("[process.pid]\nenabled = false\n");
  writeFileSync(
    join(home, "ispyd.toml"),
    `[process.cwd]\nenabled = false\n[process.pid]\nenabled = true\n[plugins]\nshop = { level = "inspect", sha256 = "${sha256}" }\n`,
  );
  const runs = await Promise.all([["cwd"], ["process", "pid"], ["shop", "orders"]].map((words) => ispyd(...words, String(target.pid))));
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([3, 3, 3]);
});
