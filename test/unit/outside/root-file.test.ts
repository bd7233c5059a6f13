// A hostile /proc/PID/root: links, devices, FIFOs and mounts where a file is expected. Nothing outside the root is read, nothing hangs.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readRootFile, type RootFileRefusal } from "../../../src/outside/root-file.ts";

let top = "";
let root = "";
const isRoot = process.getuid?.() === 0;

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), "ispyd-root-"));
  root = join(top, "root");
  mkdirSync(join(root, "app/inner"), { recursive: true });
  mkdirSync(join(root, "etc"));
  writeFileSync(join(top, "secret"), "outside");
  writeFileSync(join(root, "etc/shadow"), "the target's own shadow");
  writeFileSync(join(root, "app/code.py"), "print(1)\n");
  writeFileSync(join(root, "app/large"), Buffer.alloc(2_000));
  symlinkSync("/etc/shadow", join(root, "app/absolute"));
  symlinkSync("../../../../../../secret", join(root, "app/upwards"));
  symlinkSync("inner/../code.py", join(root, "app/winding"));
  symlinkSync("/app", join(root, "folder"));
  symlinkSync("loop-b", join(root, "loop-a"));
  symlinkSync("loop-a", join(root, "loop-b"));
  symlinkSync(`/${"x/../".repeat(800)}app/code.py`, join(root, "long"));
  symlinkSync("/app/code.py", join(root, "chain-0"));
  for (let index = 1; index <= 50; index += 1) symlinkSync(`chain-${index - 1}`, join(root, `chain-${index}`));
  execFileSync("mkfifo", [join(root, "app/fifo")]);
  if (isRoot) execFileSync("mknod", [join(root, "app/device"), "c", "1", "5"]);
});

afterAll(() => rmSync(top, { recursive: true, force: true }));

function read(path: string, maxBytes = 1_000): string | RootFileRefusal {
  const content = readRootFile({ pid: process.pid, path, maxBytes, root });
  return Buffer.isBuffer(content) ? content.toString("utf8") : content;
}

test("a file is read, also through links and folders that are links", () => {
  expect(read("/app/code.py")).toBe("print(1)\n");
  expect(read("app//./code.py")).toBe("print(1)\n");
  expect(read("/app/winding")).toBe("print(1)\n");
  expect(read("/folder/code.py")).toBe("print(1)\n");
});

test("an absolute link leads to the target's own file, never to ours", () => {
  expect(read("/app/absolute")).toBe("the target's own shadow");
});

test("no number of dots leads above the root", () => {
  expect(read("/app/upwards")).toMatchObject({ refused: "missing" });
  expect(read("/../../../../../secret")).toMatchObject({ refused: "missing" });
  expect(read("/../../etc/shadow")).toBe("the target's own shadow");
});

test("links without end are given up", () => {
  expect(read("/loop-a")).toMatchObject({ refused: "too many links" });
  expect(read("/chain-50")).toMatchObject({ refused: "too many links" });
  expect(read("/chain-39")).toBe("print(1)\n");
});

test("a path of thousands of components is given up", () => {
  expect(read(`/${"app/../".repeat(2_000)}app/code.py`)).toMatchObject({ refused: "too many links" });
  expect(read("/long")).toMatchObject({ refused: "missing" });
});

test("a FIFO is refused without waiting for a writer", () => {
  const startedMs = performance.now();
  expect(read("/app/fifo")).toEqual({ refused: "not a regular file", why: "/app/fifo is a FIFO" });
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});

test.skipIf(!isRoot)("a device is refused unopened", () => {
  expect(read("/app/device")).toMatchObject({ refused: "not a regular file", why: "/app/device is a device" });
});

test("a socket and a folder are refused", async () => {
  const server = createServer().listen(join(root, "app/socket"));
  await new Promise((resolve) => server.once("listening", resolve));
  expect(read("/app/socket")).toMatchObject({ refused: "not a regular file", why: "/app/socket is a socket" });
  server.close();
  expect(read("/app")).toMatchObject({ refused: "not a regular file", why: "/app is a folder" });
  expect(read("/app/code.py/more")).toMatchObject({ refused: "missing" });
});

test("a file over the cap is refused with its size", () => {
  expect(read("/app/large")).toEqual({ refused: "too large", why: "/app/large has 2000 bytes, more than 1000" });
});

test("files that the kernel makes up are refused, since they answer with more than the target may see", () => {
  const content = readRootFile({ pid: process.pid, path: "/proc/1/environ", maxBytes: 1_000 });
  expect(content).toEqual({ refused: "filesystem", why: "/proc/1/environ leads into a filesystem of type proc" });
});

test("a name that no file can have, and a process that is gone, are missing", () => {
  expect(read("/app/co\0de")).toMatchObject({ refused: "missing" });
  expect(read(`/${"n".repeat(300)}`)).toMatchObject({ refused: "missing" });
  expect(readRootFile({ pid: 2 ** 30, path: "/etc/passwd", maxBytes: 10 })).toMatchObject({ refused: "missing" });
});

test("nothing stays open", () => {
  const open = (): string => execFileSync("ls", [`/proc/${process.pid}/fd`], { encoding: "utf8" });
  const before = open().split("\n").length;
  for (let index = 0; index < 200; index += 1) read(index % 2 === 0 ? "/chain-39" : "/loop-a");
  expect(open().split("\n").length).toBeLessThan(before + 50);
});
