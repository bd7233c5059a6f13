// A command line from argv to exit code, with a house and streams made up: what is written where, and what it ends with.

import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { z } from "zod";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/base/failure.ts";
import { failureCodes, type FailureCode } from "../../../src/base/failure-codes.ts";
import { runCommandLine } from "../../../src/cli/run.ts";
import { defineCommand, type CommandRecord } from "../../../src/protocol/command.ts";
import type { Context, Handler } from "../../../src/protocol/request.ts";
import { version } from "../../../src/protocol/version.ts";
import type { House } from "../../../src/waist/dispatch.ts";

const record = defineCommand({
  name: "look",
  level: "look",
  summary: "Looks",
  description: "Looks.",
  target: "optional",
  params: () => z.object({ count: z.int().default(3) }),
  result: () => z.object({ text: z.string() }),
  shape: "value",
  recorded: false,
  examples: [],
  view: ({ text }, { count }) => [{ shape: "value", value: { text: `${text} ${count}`, tone: "good" } }],
});

class Page extends Writable {
  text = "";
  readonly error: string | undefined;
  readonly isTTY: boolean;
  readonly columns = 60;
  constructor({ error, isTTY = false }: { error?: string; isTTY?: boolean } = {}) {
    super();
    this.error = error;
    this.isTTY = isTTY;
  }
  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    if (this.error !== undefined) return done(Object.assign(new Error("refused"), { code: this.error }));
    this.text += chunk.toString();
    done();
  }
}

interface Asked {
  argv: string[];
  handler?: (params: Record<string, unknown>, context: Context) => Promise<unknown>;
  stdout?: Page;
  stderr?: Page;
  environment?: Record<string, string>;
  signals?: EventEmitter;
}

async function run({ argv, handler, stdout = new Page(), stderr = new Page(), environment = {}, signals = new EventEmitter() }: Asked) {
  const house = {
    catalogue: new Map<string, CommandRecord>([["look", record as unknown as CommandRecord]]),
    handlers: new Map<string, Handler>([["look", handler ?? (async () => ({ text: "seen" }))]]),
    settings: { services: [], sources: [] },
    auditLog: { forRequest: () => ({ refused: () => undefined, began: () => ({ written: true, why: "" }), ended: () => undefined }) },
    auditReader: {},
  } as unknown as House;
  const code = await runCommandLine({
    argv,
    openHouse: () => house,
    caller: { uid: 0, user: "root", via: "command line" },
    stdout,
    stderr,
    environment,
    signals,
  });
  return { code, out: stdout.text, beside: stderr.text, signals };
}

describe("an answer", () => {
  test("is drawn with the defaults of what was not asked", async () => {
    expect(await run({ argv: ["look"] })).toMatchObject({ code: 0, out: "seen 3\n", beside: "" });
  });

  test("has color on a terminal and with --color always", async () => {
    expect((await run({ argv: ["look"], stdout: new Page({ isTTY: true }) })).out).toBe("\u001b[32mseen 3\u001b[0m\n");
    expect((await run({ argv: ["look", "--color", "always"] })).out).toBe("\u001b[32mseen 3\u001b[0m\n");
    expect((await run({ argv: ["look", "--color", "never"], stdout: new Page({ isTTY: true }) })).out).toBe("seen 3\n");
  });

  test("as JSON is one line with its schema, command, result and notes; indented on a terminal", async () => {
    const { out } = await run({ argv: ["look", "--json"] });
    expect(out).toBe('{"schema":1,"command":"look","text":"seen","notes":[]}\n');
    const onTerminal = (await run({ argv: ["look", "--json"], stdout: new Page({ isTTY: true }) })).out;
    expect(JSON.parse(onTerminal)).toEqual(JSON.parse(out));
    expect(onTerminal).toContain('\n  "command": "look"');
  });

  const noting = async (_: unknown, context: Context) => {
    context.note({ message: "worker 2 could not be read", remedy: "run as root", partial: true });
    return { text: "seen" };
  };

  test("that lacks something ends with 5, its note on standard error with the remedy", async () => {
    expect(await run({ argv: ["look"], handler: noting })).toMatchObject({
      code: 5,
      out: "seen 3\n",
      beside: "note: worker 2 could not be read\n      → run as root\n",
    });
  });

  test("has its notes in the document with --json, and none with -q", async () => {
    const json = await run({ argv: ["look", "--json"], handler: noting });
    expect(json).toMatchObject({ code: 5, beside: "" });
    expect(JSON.parse(json.out)).toMatchObject({
      notes: [{ message: "worker 2 could not be read", remedy: "run as root", partial: true }],
    });
    expect(await run({ argv: ["look", "-q"], handler: noting })).toMatchObject({ code: 5, out: "seen 3\n", beside: "" });
  });

  test("--version prints the version", async () => {
    expect(await run({ argv: ["--version"] })).toMatchObject({ code: 0, out: `ispyd ${version}\n` });
  });
});

describe("a failure", () => {
  const failing = (code: FailureCode) => async () => {
    throw new Failure({ code, message: "it went\u001b[2Jwrong", hint: "try again", target: "restored" });
  };

  test.each(Object.entries(failureCodes))("%s ends with its exit code", async (code, { exitCode }) => {
    expect((await run({ argv: ["look"], handler: failing(code as FailureCode) })).code).toBe(exitCode);
  });

  test("is three short lines on standard error, clean, with what became of the target", async () => {
    const { out, beside } = await run({ argv: ["look", "shop"], handler: failing("operation-failed") });
    expect(out).toBe("");
    expect(beside).toBe("ispyd: it went\\x1b[2Jwrong\n       → try again\n       the target was restored\n");
  });

  test("says nothing of a target where none was named", async () => {
    expect((await run({ argv: ["look"], handler: failing("operation-failed") })).beside).not.toContain("target");
  });

  test("with --json is one document on standard error", async () => {
    const { out, beside } = await run({ argv: ["look", "--json"], handler: failing("not-python") });
    expect(out).toBe("");
    expect(JSON.parse(beside)).toEqual({
      error: { code: "not-python", message: "it went\u001b[2Jwrong", hint: "try again", target: "restored" },
    });
  });

  test("of the arguments obeys --json too", async () => {
    const { code, beside } = await run({ argv: ["lok", "--json"] });
    expect(code).toBe(2);
    expect(JSON.parse(beside)).toMatchObject({ error: { code: "command-unknown", hint: "did you mean ispyd look?" } });
  });

  test("that is a defect shows its stack only with ISPYD_TRACE=1", async () => {
    const handler = async (): Promise<unknown> => {
      throw new TypeError("undefined is not a function");
    };
    const plain = await run({ argv: ["look"], handler });
    expect(plain.code).toBe(70);
    expect(plain.beside).not.toContain("    at ");
    expect((await run({ argv: ["look"], handler, environment: { ISPYD_TRACE: "1" } })).beside).toContain("    at ");
  });

  test("of the drawing itself is a defect, not a crash", async () => {
    expect(await run({ argv: ["look"], handler: async () => undefined })).toMatchObject({ code: 70, out: "" });
  });
});

describe("streams that refuse", () => {
  test("a reader that left ends it quietly with 0", async () => {
    expect(await run({ argv: ["look"], stdout: new Page({ error: "EPIPE" }) })).toMatchObject({ code: 0, beside: "" });
  });

  test("a full disk is a failure with exit code 1", async () => {
    const { code, beside } = await run({ argv: ["look", "--json"], stdout: new Page({ error: "ENOSPC" }) });
    expect(code).toBe(1);
    expect(JSON.parse(beside)).toMatchObject({ error: { code: "output-unwritable" } });
  });

  test("an error stream that refuses changes no exit code", async () => {
    expect((await run({ argv: ["lok"], stderr: new Page({ error: "ENOSPC" }) })).code).toBe(2);
  });
});

describe("an interruption", () => {
  const waiting = (_: unknown, { signal }: Context): Promise<unknown> =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("by %s aborts the command and ends with %d", async (name, exitCode) => {
    const signals = new EventEmitter();
    const running = run({ argv: ["look", "shop"], handler: waiting, signals });
    setImmediate(() => signals.emit(name));
    const { code, beside } = await running;
    expect(code).toBe(exitCode);
    expect(beside).toBe("ispyd look was interrupted\n       the target is untouched\n");
    expect(signals.eventNames()).toEqual([]);
  });
});

describe("progress", () => {
  const slow = async (_: unknown, { progress }: Context): Promise<unknown> => {
    for (let done = 0; done < 9; done += 1) {
      progress({ done, total: 9, label: "sampling \u001b[31mshop" });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    return { text: "seen" };
  };

  test("shows on a terminal's error stream, clean, and is erased", async () => {
    const { out, beside } = await run({ argv: ["look"], handler: slow, stderr: new Page({ isTTY: true }) });
    expect(out).toBe("seen 3\n");
    expect(beside).toContain("sampling \\x1b[31mshop");
    expect(beside.endsWith("\r\u001b[K")).toBe(true);
  });

  test("shows nothing in a file, or with -q", async () => {
    expect((await run({ argv: ["look"], handler: slow })).beside).toBe("");
    expect((await run({ argv: ["look", "-q"], handler: slow, stderr: new Page({ isTTY: true }) })).beside).toBe("");
  });
});
