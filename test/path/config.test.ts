// The commands of the plugin `config` through the real command on two gunicorn workers that hold a Flask application and a Django site and differ in
// one setting and one secret. Nothing lazy is asked, and no secret leaves the process.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AgentServer, startAgentServer } from "../rig/agent-server.ts";
import { environmentFor } from "../rig/environments.ts";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import type { ProgramRun } from "../rig/run-program.ts";
import { versionsOfFrameworks } from "../rig/scale.ts";
import { stopTargets } from "../rig/target.ts";

interface Value {
  kind: string;
  type: string;
  text?: string;
  hidden?: string;
  entries?: { key: Value; value: Value }[];
  items?: Value[];
}
type Row = Record<string, unknown> & { name: string; value: Value };
interface Answer {
  answers: { workers: { pid: number }[]; value: unknown }[];
}

const secret = "tr0ub4dor";
const programs = join(import.meta.dirname, "../programs");
const files = { "config_site.py": readFileSync(join(programs, "config_site.py"), "utf8") };
const application = readFileSync(join(programs, "config_shop.py"), "utf8");
const interpreters = versionsOfFrameworks(await findInterpreters());
let auditDirectory = "";

beforeAll(() => {
  auditDirectory = mkdtempSync(join(tmpdir(), "ispyd-config-audit-"));
});
afterAll(async () => {
  await stopTargets();
  rmSync(auditDirectory, { recursive: true, force: true });
});

const ask = (...words: string[]): Promise<ProgramRun> => ispyd(["config", ...words], { auditDirectory });

async function answersOf(...words: string[]): Promise<Answer["answers"]> {
  const { stdout, stderr, exitCode } = await ask(...words, "--json", "--reason", "a test");
  expect(exitCode, stderr).toBe(0);
  expect(stdout + stderr).not.toContain(secret);
  return (JSON.parse(stdout) as Answer).answers;
}

const rowsIn = ({ value }: Answer["answers"][number]): Row[] => value as Row[];
const rowOf = (rows: readonly Row[], name: string): Row | undefined => rows.find((row) => row.name === name);

function failureIn({ stderr }: ProgramRun): { code: string; message: string; hint: string } {
  return (JSON.parse(stderr) as { error: { code: string; message: string; hint: string } }).error;
}

describe.each(interpreters)("CPython $full", (interpreter) => {
  let shop: AgentServer;
  let module = "";

  beforeAll(async () => {
    module = `configshop${interpreter.version.replace(".", "")}`;
    shop = await startAgentServer({ environment: await environmentFor(interpreter, "web"), name: module, application, files });
    const loaded = (): number => readdirSync(shop.directory).filter((name) => name.startsWith("loaded-")).length;
    for (let wait = 0; wait < 600 && loaded() < 2; wait += 1) await sleep(50);
  });
  afterAll(() => shop.stop());

  test("Django's settings: those of the application, the workers that differ told apart, secrets hidden", async () => {
    const answers = await answersOf("django", shop.name);
    expect(answers).toHaveLength(2);
    const colours = answers.map((answer) => rowOf(rowsIn(answer), "COLOUR")?.value.text);
    expect(colours.toSorted()).toEqual(["green", "red"]);
    const [first] = answers;
    const rows = first === undefined ? [] : rowsIn(first);
    expect(rows.map(({ name }) => name)).toEqual([
      "ALLOWED_HOSTS",
      "COLOUR",
      "DATABASES",
      "INSTALLED_APPS",
      "MEDIA_ROOT",
      "ROOT_URLCONF",
      "SECRET_KEY",
      "SIGNING_TOKEN",
      "USE_TZ",
    ]);
    expect(rowOf(rows, "SECRET_KEY")?.value).toMatchObject({ text: expect.stringMatching(/^<hidden: /) });
    expect(rowOf(rows, "MEDIA_ROOT")).toMatchObject({ value: { text: shop.directory }, from: "application" });
    const defaults = await answersOf("django", shop.name, "LANGUAGE_C*", "--defaults");
    expect(defaults).toHaveLength(1);
    expect(defaults[0]?.value).toContainEqual({
      name: "LANGUAGE_CODE",
      value: { kind: "str", type: "str", text: "en-us" },
      from: "Django",
    });
  });

  test("a secret that is the same in both workers is the same in the answer; one that differs, differs", async () => {
    expect(await answersOf("django", shop.name, "SECRET_KEY")).toHaveLength(1);
    expect(await answersOf("django", shop.name, "SIGNING_TOKEN")).toHaveLength(2);
  });

  test("Flask's config of the application, without what Flask has by itself; nothing lazy or hostile is asked", async () => {
    const answers = await answersOf("flask", shop.name);
    const rows = answers.flatMap(rowsIn);
    expect(new Set(rows.map(({ application: owner }) => owner))).toEqual(new Set([`${module}:app`]));
    const names = new Set(rows.map(({ name }) => name));
    for (const name of ["COLOUR", "ORDERS_STORE", "HOSTILE", "LAZY", "RATES", "SECRET_KEY", "SERVERS"]) expect(names).toContain(name);
    expect(names).not.toContain("PERMANENT_SESSION_LIFETIME");
    const [defaults] = await answersOf("flask", shop.name, "PERMANENT_*", "--defaults");
    expect(defaults?.value).toMatchObject([{ value: { kind: "timedelta" } }]);
    expect(rowOf(rows, "ORDERS_STORE")?.value.text).toMatch(/^postgresql:\/\/shop:<hidden: .*>@db\.example\/shop$/);
    expect(rowOf(rows, "SERVERS")?.value.items?.map(({ text }) => text)).toEqual(["one", "two"]);
    expect(rowOf(rows, "RATES")?.value.entries?.map(({ value }) => value.text)).toEqual(["19", expect.stringMatching(/^<hidden: /)]);
    expect(existsSync(join(shop.directory, "evaluated"))).toBe(false);
  });

  test("one value of a module by its names; what is not there, or would have to run, is a failure with words", async () => {
    const [tea] = await answersOf("value", shop.name, `${module}:PRICES.tea`);
    expect(tea).toMatchObject({ value: { kind: "int", text: "4" }, workers: [{}, {}] });
    const [hidden] = await answersOf("value", shop.name, `${module}:PRICES.password`);
    expect(hidden?.value).toMatchObject({ hidden: "name: password" });
    const [lazy] = await answersOf("value", shop.name, "django.conf:settings.MEDIA_ROOT");
    expect(lazy?.value).toMatchObject({ text: shop.directory });
    await answersOf("value", `${shop.name}/1`, `${module}:HOSTILE`);
    const failing = [
      ["nomodule:X", "the module nomodule is not loaded"],
      [`${module}:PRICES.sugar`, `${module}:PRICES has no sugar that can be read as data`],
      [module, `${module} is no MODULE:ATTRIBUTE`],
    ] as const;
    const runs = await Promise.all(failing.map(([place]) => ask("value", shop.name, place, "--json", "--reason", "a test")));
    for (const [index, [, words]] of failing.entries()) expect(runs[index] && failureIn(runs[index]).message).toContain(words);
    expect(existsSync(join(shop.directory, "evaluated"))).toBe(false);
  });

  test("shapes need no reason, show no value, and differ exactly where the workers do", async () => {
    const run = await ask("shape", shop.name, "django", "--json");
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).not.toMatch(/tr0ub4dor|green|red"/);
    const [one = [], other = []] = (JSON.parse(run.stdout) as Answer).answers.map((answer) => rowsIn(answer));
    const differing = one.filter(({ name, fingerprint }) => rowOf(other, name)?.["fingerprint"] !== fingerprint).map(({ name }) => name);
    expect(differing).toEqual(["COLOUR", "SIGNING_TOKEN"]);
    expect(rowOf(one, "DATABASES")).toMatchObject({ type: "dict", fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/) });
    const again = await ask("shape", shop.name, "django", "SECRET_KEY", "--json");
    const [later] = (JSON.parse(again.stdout) as Answer).answers.flatMap((answer) => rowsIn(answer));
    expect(later?.["fingerprint"]).not.toBe(rowOf(one, "SECRET_KEY")?.["fingerprint"]);
    const others = await Promise.all(["flask", "environment", `${module}:PRICES`].map((source) => ask("shape", shop.name, source)));
    expect(others.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(existsSync(join(shop.directory, "evaluated"))).toBe(false);
  });

  test("values are refused without a reason, and drawn with what differs marked", async () => {
    const refused = await ask("django", shop.name);
    expect(refused.exitCode).toBe(3);
    const [environment] = await answersOf("environment", shop.name, "DJANGO_*");
    expect(environment?.value).toEqual([{ name: "DJANGO_SETTINGS_MODULE", value: "config_site" }]);
    const { stdout } = await ask("django", shop.name, "--reason", "a test");
    expect(stdout).toMatch(/COLOUR .*green/);
    expect(stdout).toMatch(/COLOUR .*red/);
    expect(stdout).not.toContain(secret);
    const log = readdirSync(auditDirectory).filter((name) => name.endsWith(".jsonl"));
    expect(log.map((name) => readFileSync(join(auditDirectory, name), "utf8")).join("")).not.toContain(secret);
  });
});
