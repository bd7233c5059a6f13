// ispyd.toml: three places, their order, what a project's file may not set, and failures that name file and line.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Failure } from "../../../src/base/failure.ts";
import { readSettings, type SettingsPlaces, settingsPlaces } from "../../../src/cli/settings.ts";

let directory = "";
let places: SettingsPlaces;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ispyd-settings-"));
  places = { system: join(directory, "system.toml"), user: join(directory, "user.toml"), project: join(directory, "ispyd.toml") };
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function failure(): Failure {
  try {
    readSettings(places);
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
  throw new Error("the settings were accepted");
}

test("without files there are no settings", () => {
  expect(readSettings(places)).toEqual({
    services: [],
    sources: [],
    warnings: [],
    plugins: { disabled: new Map(), listed: new Map(), place: places.user },
  });
});

test("the project's names come before the user's, and those before the system's", () => {
  writeFileSync(places.system, '[[services]]\nname = "c"\napplication = "shop:app"\n[audit]\ndirectory = "/var/log/a"\n');
  writeFileSync(places.user, '[[services]]\nname = "b"\napplication = "shop:app"\n[audit]\ndirectory = "/var/log/b"\n');
  writeFileSync(places.project, '[[services]]\nname = "a"\napplication = "shop:app"\n');
  const settings = readSettings(places);
  expect(settings.services.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(settings.auditDirectory).toBe("/var/log/b");
  expect(settings.sources).toEqual([places.project, places.user, places.system]);
});

test("a project's file can't move the audit log, and is told so", () => {
  writeFileSync(places.project, '[audit]\ndirectory = "/tmp/mine"\n[plugins]\npath = "x"\n[[services]]\nname = "a"\napplication = "b"\n');
  const settings = readSettings(places);
  expect(settings.auditDirectory).toBeUndefined();
  expect(settings.sources).toEqual([`${places.project} (ignored there: audit, plugins)`]);
  expect(settings.warnings?.[0]).toContain("[audit] is ignored: a file in the working directory may not set it");
  expect(settings.services).toHaveLength(1);
});

test.each([
  ["[[services]]\nname = \n", 2],
  ['[[services]]\nname = "a"\napplication = "b"\n[[services]]\nname = 3\napplication = "c"\n', 5],
  ['# first\n[[servces]]\nname = "a"\n', 2],
  ['[[services]]\nname = "a"\napplication = "b"\ncolour = "red"\n', 4],
  ["services = 3\n", 1],
])("what is wrong in %j stands in line %i", (text, line) => {
  writeFileSync(places.user, text);
  expect(failure()).toMatchObject({ code: "settings-invalid" });
  expect(failure().message).toMatch(new RegExp(`^${places.user}:${line}: .`));
});

test("a relative place of the audit log is refused", () => {
  writeFileSync(places.system, '[audit]\ndirectory = "log"\n');
  expect(failure().message).toBe(`${places.system}:2: audit.directory: must be an absolute path`);
});

test("a FIFO and a file without end are refused at once", () => {
  execFileSync("mkfifo", [places.project]);
  expect(failure().message).toBe(`${places.project}: it is not a regular file`);
  rmSync(places.project);
  writeFileSync(places.project, Buffer.alloc(2 * 1024 * 1024, "#"));
  expect(failure().message).toContain("more than 1048576");
});

test("the user's file follows XDG_CONFIG_HOME where that is absolute", () => {
  expect(settingsPlaces({ XDG_CONFIG_HOME: "/x" }, "/srv/shop")).toEqual({
    system: "/etc/ispyd/ispyd.toml",
    user: "/x/ispyd/ispyd.toml",
    project: "/srv/shop/ispyd.toml",
  });
  expect(settingsPlaces({ XDG_CONFIG_HOME: "x" }, "/srv/shop").user).toMatch(/\/\.config\/ispyd\/ispyd\.toml$/);
});

test("a plugin is listed with level and hash, by the highest file that does; a wrong hash or level is refused with its line", () => {
  const [one, other] = ["ab".repeat(32), "cd".repeat(32)];
  writeFileSync(
    places.system,
    `[plugins]\nshop = { level = "capture", sha256 = "${other}" }\nold = { level = "inspect", sha256 = "${other}" }\n`,
  );
  writeFileSync(places.user, `[plugins.shop]\nlevel = "inspect"\nsha256 = "${one}"\ncommands = { values = "capture" }\n`);
  expect(readSettings(places).plugins?.listed).toEqual(
    new Map([
      ["shop", { level: "inspect", sha256: one, commands: { values: "capture" } }],
      ["old", { level: "inspect", sha256: other, commands: {} }],
    ]),
  );
  writeFileSync(places.user, '[plugins.shop]\nlevel = "inspect"\nsha256 = "short"\n');
  expect(failure().message).toBe(`${places.user}:3: plugins.shop.sha256: must be 64 hexadecimal digits`);
  writeFileSync(places.user, `[plugins.shop]\nlevel = "look"\nsha256 = "${one}"\n`);
  expect(failure().message).toContain(`${places.user}:2: plugins.shop.level`);
});

test("what a higher file switches on stays on; a project's file can only switch off", () => {
  writeFileSync(places.system, '[plugins]\ndisabled = ["celery", "python gc"]\n[python.console]\nenabled = false\n');
  writeFileSync(places.user, "[celery]\nenabled = true\n");
  writeFileSync(places.project, "[python.gc]\nenabled = true\n[wsgi]\nenabled = false\n");
  expect(readSettings(places).plugins?.disabled).toEqual(
    new Map([
      ["wsgi", places.project],
      ["python console", places.system],
      ["python gc", places.system],
    ]),
  );
});
