// The lines that the shell keeps for the next time: in a file of this user's own, and none that holds a secret.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { historyPlace, openHistory } from "../../../src/cli/shell/history.ts";

let home = "";
let place = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ispyd-history-"));
  place = historyPlace({ XDG_STATE_HOME: home });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function kept(...lines: string[]): string[] {
  const history = openHistory(place);
  for (const line of lines) history.keep(line);
  return openHistory(place).lines();
}

test("lines are there the next time, the latest first, each once in a row", () => {
  expect(place).toBe(join(home, "ispyd/history"));
  expect(kept("servers", "connect 1", "connect 1", "threads")).toEqual(["threads", "connect 1", "servers"]);
});

test("the file is 0600 and the folder 0700, whatever the mask", () => {
  const before = process.umask(0);
  try {
    kept("servers");
  } finally {
    process.umask(before);
  }
  expect(statSync(place).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, "ispyd")).mode & 0o777).toBe(0o700);
});

test("a line that holds a secret, or begins with a blank, is not kept: not in the file, not for the arrow key", () => {
  const secrets = [
    'locals --reason "password=hunter2hunter2"',
    "process environ --via 'sshpass -p x --password hunter2hunter2 ssh a'",
    "ps postgres://app:hunter2hunter2@db/shop",
    " hunter2hunter2",
    "ps \u001b[2J",
  ];
  const history = openHistory(place);
  for (const line of [...secrets, "servers"]) history.keep(line);
  expect(history.lines()).toEqual(["servers"]);
  expect(readFileSync(place, "utf8")).toBe("servers\n");
});

test("a file that is a link, or a folder that others may write to, is left alone", () => {
  mkdirSync(join(home, "ispyd"));
  const elsewhere = join(home, "elsewhere");
  writeFileSync(elsewhere, "precious\n");
  symlinkSync(elsewhere, place);
  expect(kept("servers")).toEqual([]);
  expect(readFileSync(elsewhere, "utf8")).toBe("precious\n");
  rmSync(place);
  chmodSync(join(home, "ispyd"), 0o777);
  expect(kept("servers")).toEqual([]);
  expect(existsSync(place)).toBe(false);
});

test("a long history loses its oldest lines", () => {
  kept("first");
  writeFileSync(place, Array.from({ length: 2_500 }, (_, number) => `ps ${number}\n`).join(""), { mode: 0o600 });
  expect(kept("last").length).toBe(1_000);
  expect(readFileSync(place, "utf8").split("\n").length).toBe(1_002);
  expect(statSync(place).mode & 0o777).toBe(0o600);
});
