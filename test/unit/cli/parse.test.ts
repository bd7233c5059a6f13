// argv to a request, and every misuse to a Failure with its next step.

import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/base/failure.ts";
import { outputChoiceOf, parseCommandLine } from "../../../src/cli/parse.ts";
import { madeUpCommands } from "./made-up-commands.ts";

const parse = (...argv: string[]) => parseCommandLine(argv, madeUpCommands);

function refusal(...argv: string[]): Failure {
  try {
    parse(...argv);
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
  throw new Error(`${argv.join(" ")} was taken`);
}

describe("what was typed becomes a request", () => {
  test("a command with a target", () => {
    expect(parse("threads", "shop").request).toEqual({ command: "threads", target: "shop", params: {} });
  });

  test("options of every kind, before and after the target, long and short, with = and without", () => {
    const { request } = parse(
      "threads",
      "--pause",
      "--no-color8",
      "-n5",
      "shop",
      "--rate=2.5",
      "--format",
      "folded",
      "-c",
      "out file",
      "--skip",
      "a",
      "--skip=b",
    );
    expect(request?.params).toEqual({
      pause: true,
      color8: false,
      frames: 5,
      rate: 2.5,
      format: "folded",
      copy: "out file",
      skip: ["a", "b"],
    });
    expect(request?.target).toBe("shop");
  });

  test("global options stand anywhere", () => {
    for (const argv of [
      ["--json", "-q", "threads", "shop", "--color", "never"],
      ["threads", "--color=never", "shop", "--json", "--quiet"],
    ]) {
      const { request, output } = parse(...argv);
      expect(request).toEqual({ command: "threads", target: "shop", params: {} });
      expect(output).toEqual({ json: true, quiet: true, color: "never" });
    }
  });

  test("a time and a reason go into the request", () => {
    expect(parse("threads", "shop", "--timeout", "1.5m", "--reason", "it hangs").request).toMatchObject({
      timeoutMs: 90_000,
      reason: "it hangs",
    });
    expect(parse("threads", "shop", "--timeout", "500ms").request).toMatchObject({ timeoutMs: 500 });
  });

  test("of an option given twice the last one holds", () => {
    expect(parse("threads", "shop", "--frames", "1", "--frames", "2").request?.params).toEqual({ frames: 2 });
  });

  test("a command of a group", () => {
    expect(parse("audit", "list", "--since", "2h").request).toEqual({ command: "audit list", params: { since: "2h" } });
  });

  test("an optional target may be left out", () => {
    expect(parse("doctor").request).toEqual({ command: "doctor", params: {} });
    expect(parse("doctor", ":8000").request).toEqual({ command: "doctor", target: ":8000", params: {} });
  });

  test("nothing typed asks for the overview", () => {
    expect(parse().request).toEqual({ command: "help", params: {} });
  });

  test("-h anywhere asks for help on what was named", () => {
    expect(parse("-h").request).toEqual({ command: "help", params: {} });
    expect(parse("threads", "--help").request).toEqual({ command: "help", params: { topic: ["threads"] } });
    expect(parse("-h", "audit", "list").request).toEqual({ command: "help", params: { topic: ["audit", "list"] } });
    expect(parse("audit", "-h").request).toEqual({ command: "help", params: { topic: ["audit"] } });
  });

  test("--version asks for no command", () => {
    expect(parse("--version").request).toBeUndefined();
  });

  test("a hidden command is called like any other", () => {
    expect(parse("complete").request?.command).toBe("complete");
  });
});

describe("what does not fit is refused with exit code 2", () => {
  const cases: [argv: string[], message: string, hint: string][] = [
    [["threads"], "needs a target", "ispyd ps"],
    [["threads", ""], "the target is empty", "ispyd help threads"],
    [["threads", "  "], "the target is empty", "ispyd help threads"],
    [["threads", "-5"], 'not "-5"', "ispyd help threads"],
    [["threads", "--", "-x"], 'not "-x"', "ispyd help threads"],
    [["threads", "a", "b", "c"], 'one target, got also "b c"', "ispyd help threads"],
    [["threads", "x".repeat(300)], "300 characters", "ispyd help threads"],
    [["threads", "a\0b"], "NUL", "ispyd help threads"],
    [["ps", "shop"], 'no further word, got "shop"', "ispyd help ps"],
    [["threads", "shop", "--frames"], "--frames needs a value", "ispyd help threads"],
    [["threads", "shop", "-n"], "--frames needs a value", "ispyd help threads"],
    [["threads", "shop", "--output", "--json"], "--output needs a value", "ispyd help"],
    [["threads", "shop", "--copy", "--pause"], '--copy needs a value, got the option "--pause"', "ispyd help threads"],
    [["threads", "shop", "--frames", "0"], 'a whole number from 1 to 100000, not "0"', "ispyd help threads"],
    [["threads", "shop", "--frames", "-3"], 'not "-3"', "ispyd help threads"],
    [["threads", "shop", "--frames", "2.5"], 'not "2.5"', "ispyd help threads"],
    [["threads", "shop", "--frames", "NaN"], 'not "NaN"', "ispyd help threads"],
    [["threads", "shop", "--frames", "Infinity"], 'not "Infinity"', "ispyd help threads"],
    [["threads", "shop", "--frames", "1e3"], 'not "1e3"', "ispyd help threads"],
    [["threads", "shop", "--frames", "0x10"], 'not "0x10"', "ispyd help threads"],
    [["threads", "shop", "--frames", ""], 'not ""', "ispyd help threads"],
    [["threads", "shop", "--frames", "9".repeat(400)], "from 1 to 100000", "ispyd help threads"],
    [["threads", "shop", "--rate", "0.1"], "a number of at least 0.5", "ispyd help threads"],
    [["threads", "shop", "--format", "fold"], "text or folded", "did you mean folded?"],
    [["threads", "shop", "--fram", "3"], 'no option "--fram"', "did you mean --frames?"],
    [["threads", "shop", "--pause=yes"], "--pause takes no value", "ispyd help threads"],
    [["threads", "shop", "--constructor"], 'no option "--constructor"', "ispyd help threads"],
    [["threads", "shop", "--timeout", "soon"], "500ms, 10s or 5m", "ispyd help threads"],
    [["threads", "shop", "--timeout", "0"], 'not "0"', "ispyd help threads"],
    [["threads", "shop", "--timeout", "-1s"], 'not "-1s"', "ispyd help threads"],
    [["threads", "shop", "--timeout", `${"9".repeat(400)}h`], "500ms", "ispyd help threads"],
    [["threads", "shop", "--reason", ""], "--reason is empty", "ispyd help threads"],
    [["threads", "shop", "--reason", "x".repeat(5_000)], "5000 characters", "ispyd help threads"],
    [["ps", "--color", "pink"], "auto, always or never", "ispyd help"],
    [["ps", "--color"], "--color needs a value", "ispyd help"],
    [["--frames", "3", "threads", "shop"], '"--frames" before a command', "follow its name"],
    [["audit"], "needs one of its commands: list, verify", "ispyd help audit"],
    [["audit", "--since", "2h", "list"], 'no option "--since"', "ispyd help audit"],
    [["audit", "list", "--since", "soon"], "--since: a span such as 2h or 3d", "ispyd help audit list"],
    [["completion"], "needs SHELL: bash or zsh", "ispyd help completion"],
    [["completion", "bish"], 'not "bish"', "did you mean bash?"],
  ];
  test.each(cases)("%j", (argv, message, hint) => {
    const failure = refusal(...argv);
    expect(failure).toMatchObject({ code: "argument-invalid", exitCode: 2, target: "untouched" });
    expect(failure.message).toContain(message);
    expect(failure.hint).toContain(hint);
  });

  test.each([
    [["thraeds", "--pause"], 'no command "thraeds"', "did you mean ispyd threads?"],
    [["audit", "lst"], 'no command "audit lst"', "did you mean ispyd audit list?"],
    [["xyzzy"], 'no command "xyzzy"', "ispyd help lists the commands"],
    [[""], 'no command ""', "ispyd help lists the commands"],
    [["__proto__"], 'no command "__proto__"', "ispyd help lists the commands"],
    [["comple"], 'no command "comple"', "did you mean ispyd completion?"],
  ])("%j names no command", (argv, message, hint) => {
    const failure = refusal(...argv);
    expect(failure).toMatchObject({ code: "command-unknown", exitCode: 2 });
    expect(failure.message).toContain(message);
    expect(failure.hint).toContain(hint);
  });

  test("a very long word is quoted in part", () => {
    expect(refusal("x".repeat(100_000)).message.length).toBeLessThan(100);
  });

  test("a hundred thousand options are read in a moment", () => {
    const started = performance.now();
    parse("threads", "shop", ...Array.from({ length: 50_000 }, () => ["--skip", "a"]).flat());
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("how a refused command line wanted its failure", () => {
  test("--json and --color are seen before --, not after", () => {
    expect(outputChoiceOf(["xx", "--json", "--color", "always"])).toEqual({ json: true, color: "always", quiet: false });
    expect(outputChoiceOf(["xx", "--color=never", "--", "--json"])).toEqual({ json: false, color: "never", quiet: false });
    expect(outputChoiceOf(["always"])).toEqual({ json: false, color: "auto", quiet: false });
  });
});

describe("what holds for every line of a session", () => {
  const output = { json: true, color: "auto", quiet: false } as const;
  const standing = { target: "shop", reason: "ticket 12", through: "ssh web1", timeoutMs: 5_000, output };
  const line = (...argv: string[]) => parseCommandLine(argv, madeUpCommands, standing);

  test("is filled in, and gives way to what the line says", () => {
    const held = { reason: "ticket 12", through: "ssh web1", timeoutMs: 5_000 };
    expect(line("threads", "--pause")).toMatchObject({
      request: { ...held, target: "shop", params: { pause: true } },
      output: { json: true },
    });
    expect(line("threads", "till", "--reason", "other").request).toMatchObject({ target: "till", reason: "other" });
    expect(line("doctor").request).toMatchObject({ target: "shop" });
  });

  test("sends nothing without a target through --via", () => {
    expect(line("ps").request).toEqual({ command: "ps", params: {}, reason: "ticket 12", timeoutMs: 5_000 });
    expect(line("--help").request).toEqual({ command: "help", params: {} });
  });
});
