// Law 5: above look nothing is begun before its record is on the disk. The system calls are watched, and made to fail.

import type * as FileSystem from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openAuditLog } from "../../../src/waist/audit-log.ts";
import { openAuditReader } from "../../../src/waist/audit-reader.ts";
import { asOneWriter, done, freshDirectory, logged, parsed } from "./audit-rig.ts";

const seen = vi.hoisted(() => ({ calls: [] as string[], fail: undefined as string | undefined }));

vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof FileSystem>();
  return {
    ...real,
    writeSync: (fd: number, bytes: Buffer, offset: number) => {
      seen.calls.push(`write ${real.readlinkSync(`/proc/self/fd/${fd}`)}`);
      return real.writeSync(fd, bytes, offset);
    },
    fsyncSync: (fd: number) => {
      seen.calls.push(`fsync ${real.readlinkSync(`/proc/self/fd/${fd}`)}`);
      if (seen.fail !== undefined) throw Object.assign(new Error(`${seen.fail}: i/o error, fsync`), { code: seen.fail });
      real.fsyncSync(fd);
    },
  };
});

let directory = "";
let remove = (): void => undefined;
beforeEach(() => {
  ({ directory, remove } = freshDirectory());
  seen.calls = [];
  seen.fail = undefined;
});
afterEach(() => remove());

test.each(["inspect", "capture", "change", "console"] as const)(
  "before began answers for %s, file, directory and the directories created for it are synced",
  (level) => {
    const log = openAuditLog({ directory });
    log.forRequest(logged({ level })).began("x");
    const file = `${directory}/chain-0001.jsonl`;
    const state = directory.replace(/\/audit$/, "");
    expect(seen.calls).toEqual([
      `write ${file}`,
      `fsync ${file}`,
      `fsync ${directory}`,
      `fsync ${state.replace(/\/state$/, "")}`,
      `fsync ${state}`,
    ]);
    log.close();
  },
);

test("a file that an earlier look left behind unsynced is synced with its directory too", () => {
  asOneWriter(directory);
  expect(seen.calls.filter((call) => call.startsWith("fsync"))).toEqual([]);
  seen.calls = [];
  asOneWriter(directory, 1, { level: "change" });
  expect(seen.calls.slice(0, 3)).toEqual([
    `write ${directory}/chain-0001.jsonl`,
    `fsync ${directory}/chain-0001.jsonl`,
    `fsync ${directory}`,
  ]);
});

test("where fsync fails, change is refused and look goes on; the log still verifies", async () => {
  const log = openAuditLog({ directory });
  seen.fail = "EIO";
  expect(() => log.forRequest(logged({ level: "change" })).began("x")).toThrow(
    `the audit log in ${directory} can't be written: i/o error (EIO, fsync)`,
  );
  const look = log.forRequest(logged());
  expect(look.began("x")).toEqual({ written: true });
  look.ended(done);
  log.close();
  expect(parsed(directory).map((one) => one["kind"])).toEqual(["began", "began", "ended"]);
  expect((await openAuditReader({ directory }).verify()).problems).toEqual([]);
});

test("an ended that can't be made durable throws nothing", () => {
  const log = openAuditLog({ directory });
  const request = log.forRequest(logged({ level: "change" }));
  request.began("x");
  seen.fail = "EIO";
  expect(() => request.ended(done)).not.toThrow();
  log.close();
});
