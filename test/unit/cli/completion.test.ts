// Completion: what could stand for the last word, and the three scripts in real shells with an `ispyd` that answers fixed lines.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { targetCandidates } from "../../../src/commands/complete.ts";
import { bashScript } from "../../../src/commands/completion/bash.ts";
import { wantedAt } from "../../../src/commands/completion/candidates.ts";
import { fishScript } from "../../../src/commands/completion/fish.ts";
import { zshScript } from "../../../src/commands/completion/zsh.ts";
import { madeUpCommands } from "./made-up-commands.ts";

const all = [...madeUpCommands.values()];

function words(...typed: string[]): string[] | string {
  const wanted = wantedAt(typed, all);
  return wanted.kind === "candidates" ? wanted.candidates.map(({ word }) => word) : wanted.kind;
}

describe("candidates", () => {
  test("for the first word are the commands and groups, without hidden ones", () => {
    expect(words("")).toEqual(["threads", "doctor", "ps", "audit", "help", "completion"]);
    expect(words()).toEqual(words(""));
    expect(words("th")).toEqual(["threads"]);
    expect(words("--json", "au")).toEqual(["audit"]);
    expect(words("--color", "never", "au")).toEqual(["audit"]);
  });

  test("after a group are its commands", () => {
    expect(words("audit", "")).toEqual(["list", "verify"]);
  });

  test("for a dash are the command's options and the global ones, without those given", () => {
    expect(words("audit", "list", "--s")).toEqual(["--since"]);
    expect(words("threads", "--pause", "--p")).toEqual([]);
    expect(words("threads", "--skip", "a", "--sk")).toEqual(["--skip"]);
    expect(words("threads", "-n", "5", "--fr")).toEqual([]);
    expect(words("threads", "--n")).toEqual(["--no-color8"]);
    expect(words("ps", "--")).toEqual([
      "--json",
      "--color",
      "--output",
      "--timeout",
      "--reason",
      "--via",
      "--quiet",
      "--help",
      "--version",
    ]);
  });

  test("for an option's value are its choices, after a blank or =", () => {
    expect(words("threads", "--format", "")).toEqual(["text", "folded"]);
    expect(words("threads", "--format=f")).toEqual(["--format=folded"]);
    expect(words("--color", "a")).toEqual(["auto", "always"]);
    expect(words("threads", "--frames", "")).toEqual([]);
  });

  test("for a target are targets, for a caller's file are files", () => {
    expect(words("threads", "")).toBe("targets");
    expect(words("threads", "--pause", "sh")).toBe("targets");
    expect(words("threads", "--", "-")).toBe("targets");
    expect(words("doctor", "")).toBe("targets");
    expect(words("threads", "shop", "")).toEqual([]);
    expect(words("threads", "--copy", "")).toBe("files");
    expect(words("threads", "-o", "a")).toBe("files");
    expect(words("ps", "")).toEqual([]);
  });

  test("for a positional are its choices, for help the topics", () => {
    expect(words("completion", "z")).toEqual(["zsh"]);
    expect(words("help", "l")).toEqual(["levels"]);
    expect(words("help", "audit", "")).toEqual(["list", "verify"]);
  });

  test("after words that make no sense are none", () => {
    expect(words("xyzzy", "a", "b", "")).toEqual([]);
    expect(words("__proto__", "")).toEqual([]);
  });

  test("of targets leave out every name that a shell could act on", () => {
    const names = [
      "shop",
      "shop/2",
      ":8000",
      "4711",
      "商店",
      "a.b-c_d@e",
      "$(reboot)",
      "a b",
      "a;b",
      "`id`",
      "-rf",
      "~root",
      "=ls",
      "a\u001b[31m",
      "a\nb",
      "'q'",
      "a*",
      "a&b",
      "a|b",
      "a>b",
      "!x",
      "a#b",
      "{a,b}",
      "x".repeat(200),
      "",
      "\u202eabc",
    ];
    const kept = targetCandidates(
      names.map((word) => ({ word, description: "" })),
      "",
    ).map(({ word }) => word);
    expect(kept).toEqual(["shop", "shop/2", ":8000", "4711", "商店", "a.b-c_d@e"]);
  });
});

const has = (shell: string) => spawnSync(shell, ["-c", "true"], { stdio: "ignore" }).status === 0;

describe("a script in its shell", () => {
  let directory = "";
  let environment: NodeJS.ProcessEnv = {};

  // Answers with what it was asked, so that a wrong splitting of the line shows; fixed lines for known questions.
  const fake = `#!/bin/sh
[ "$1" = complete ] && [ "$2" = -- ] || exit 9
shift 2
case "$*" in
  "threads :8") printf ':8000 shop: web\\n:8001 mail\\n' ;;
  "threads shop@8") printf 'shop@8000\\nshop@8000/1\\n' ;;
  "threads -o pa") printf ':files\\n' ;;
  "--color=a") printf -- '--color=auto\\n--color=always\\n' ;;
  "fail") echo broken >&2; exit 70 ;;
  *) printf 'asked/%s what it is\\n' "$#" ;;
esac
`;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "ispyd-completion-"));
    writeFileSync(join(directory, "ispyd"), fake);
    chmodSync(join(directory, "ispyd"), 0o755);
    for (const [name, script] of Object.entries({ bash: bashScript, zsh: zshScript, fish: fishScript }))
      writeFileSync(join(directory, name), script);
    writeFileSync(join(directory, "pack.txt"), "");
    environment = { PATH: `${directory}:${process.env["PATH"] ?? ""}`, HOME: directory, TERM: "dumb" };
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const inShell = (shell: string, ...argv: string[]) => spawnSync(shell, argv, { cwd: directory, env: environment, encoding: "utf8" });

  function bashAnswers(line: string): string[] {
    const script = `source ./bash; COMP_LINE=$1; COMP_POINT=\${#1}; _ispyd; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = inShell("bash", "--norc", "-c", script, "bash", line);
    expect(stderr).toBe("");
    return stdout.split("\n").filter((answer) => answer !== "");
  }

  test.skipIf(!has("bash"))(
    "bash gets words, without what it already has up to a colon or =, or before an @ (skipped without bash)",
    () => {
      expect(bashAnswers("ispyd threads ")).toEqual(["asked/2"]);
      expect(bashAnswers("ispyd threads :8")).toEqual(["8000", "8001"]);
      expect(bashAnswers("ispyd threads shop@8")).toEqual(["@8000", "@8000/1"]);
      expect(bashAnswers("ispyd --color=a")).toEqual(["auto", "always"]);
      expect(bashAnswers("ispyd threads -o pa")).toEqual(["pack.txt"]);
      expect(bashAnswers("ispyd fail")).toEqual([]);
      expect(bashAnswers("ispyd threads $(touch owned)")).toEqual(["asked/3"]);
      expect(inShell("ls").stdout).not.toContain("owned");
    },
  );

  test.skipIf(!has("zsh"))("zsh reads the script, and its function asks with the words typed (skipped without zsh)", () => {
    const script = `compdef() { :; }; source ./zsh; _describe() { print -rl -- \${(P)3}; }; _files() { print files; }; words=("$@"); CURRENT=$#; _ispyd`;
    const answers = (...typed: string[]) =>
      inShell("zsh", "-f", "-c", script, "zsh", ...typed)
        .stdout.trim()
        .split("\n");
    expect(answers("ispyd", "threads", "")).toEqual(["asked/2:what it is"]);
    expect(answers("ispyd", "threads", ":8")).toEqual(["\\:8000:shop: web", "\\:8001:mail"]);
    expect(answers("ispyd", "threads", "-o", "pa")).toEqual(["files"]);
    expect(answers("ispyd", "fail")).toEqual([""]);
  });

  test.skipIf(!has("fish"))("fish completes with descriptions (skipped without fish)", () => {
    const answers = (line: string) =>
      inShell("fish", "--no-config", "-c", "source ./fish; complete -C $argv[1]", line).stdout.trim().split("\n");
    expect(answers("ispyd threads ")).toEqual(["asked/2\twhat it is"]);
    expect(answers("ispyd threads :8")).toEqual([":8000\tshop: web", ":8001\tmail"]);
    expect(answers("ispyd threads -o pa")).toEqual(["pack.txt"]);
    expect(answers("ispyd fail")).toEqual([""]);
  });
});
