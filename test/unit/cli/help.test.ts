// Help and manual pages, made from the records alone; topics that are none.

import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { commandArticle } from "../../../src/commands/help/command-article.ts";
import { articleRoff } from "../../../src/commands/help/roff.ts";
import { articleText } from "../../../src/commands/help/text.ts";
import { articleAbout } from "../../../src/commands/help.ts";
import { failureCodes } from "../../../src/base/failure-codes.ts";
import { catalogue } from "../../../src/protocol/catalogue.ts";
import { levels } from "../../../src/protocol/level.ts";
import { madeUpCommands } from "./made-up-commands.ts";

const all = [...madeUpCommands.values()];
const textOf = (topic: string) =>
  articleText(articleAbout(topic, all))
    .map(({ title, text }) => `${title}\n${text}`)
    .join("\n");

describe("help", () => {
  test("without a topic lists every command that people call under its level, and no hidden one", () => {
    const text = textOf("");
    for (const { name, summary, hidden } of all) {
      expect(new RegExp(`^  ${name} +${summary}$`, "m").test(text), name).toBe(hidden !== true);
    }
    expect(text.indexOf("Level look: nothing runs in the target")).toBeLessThan(text.indexOf("  threads"));
  });

  test("on a command has usage, arguments, options with defaults and limits, examples and level", () => {
    const text = textOf("threads");
    expect(text).toContain(
      "usage: ispyd threads TARGET [--pause] [--no-color8] [--frames COUNT] [--rate RATE] [--format FORMAT] [--copy FILE] [--skip SKIP]",
    );
    expect(text).toMatch(/^ {2}TARGET +a pid/m);
    expect(text).toMatch(/^ {2}-n, --frames COUNT +most frames \(from 1 to 100000; default 200\)$/m);
    expect(text).toMatch(/^ {2}--rate RATE +samples per second \(from 0\.5\)$/m);
    expect(text).toMatch(/^ {2}--format FORMAT +how it is written \(text or folded; default text\)$/m);
    expect(text).toMatch(/^ {2}--skip SKIP +names to leave out \(may be repeated\)$/m);
    expect(text).toContain("  ispyd threads shop\n      every worker");
    expect(text).toMatch(/^ {2}look +nothing runs in the target/m);
    expect(text).toMatch(/^ {2}--timeout DURATION /m);
  });

  test("on a group lists its commands", () => {
    expect(textOf("audit")).toMatch(/ {2}audit list +Records\n {2}audit verify +Whether it is whole/);
  });

  test("on levels names all of them", () => {
    for (const level of levels) expect(textOf("levels")).toMatch(new RegExp(`^  ${level} `, "m"));
  });

  test("on exit codes names each code that a failure can have, and 0 and 5", () => {
    const text = textOf("exit-codes");
    for (const [code, { meaning }] of Object.entries(failureCodes)) expect(text).toContain(`${code}: ${meaning}`);
    expect(text).toMatch(/^ {2}0 +done$/m);
    expect(text).toMatch(/^ {2}5 +done in part/m);
    expect(text).toMatch(/^ {2}143 +interrupted by SIGTERM$/m);
  });

  test("on anything else is a failure that names the nearest topics", () => {
    expect(() => articleAbout("thread", all)).toThrow(
      expect.objectContaining({ code: "command-unknown", hint: "did you mean ispyd help threads?" }),
    );
    expect(() => articleAbout("exit-code", all)).toThrow(expect.objectContaining({ hint: "did you mean ispyd help exit-codes?" }));
    expect(() => articleAbout("__proto__", all)).toThrow(expect.objectContaining({ code: "command-unknown" }));
  });

  test("has an article for every command there is", () => {
    for (const record of catalogue.values()) {
      const article = commandArticle(record);
      expect(article.summary).not.toMatch(/\.$/);
      expect(article.summary.length).toBeLessThanOrEqual(70);
      expect(article.paragraphs.join("").length).toBeGreaterThan(40);
    }
  });
});

describe("a manual page", () => {
  const article = {
    name: "ispyd x",
    summary: "s\\n",
    usage: 'ispyd x --reason "why"',
    paragraphs: [".TH 'tis a request? – no"],
    lists: [{ title: "Options", entries: [{ term: '--a "b"', text: "'first" }] }],
    related: ["levels"],
  };

  test("has nothing in it that acts as a request or an escape of its own", () => {
    expect(articleRoff(article, "1.0").split("\n")).toEqual([
      '.TH "ISPYD\\-X" 1 "" "ispyd 1.0" "ispyd manual"',
      ".SH NAME",
      "ispyd\\-x \\- s\\en",
      ".SH SYNOPSIS",
      '.B "ispyd x \\-\\-reason \\(dqwhy\\(dq"',
      ".SH DESCRIPTION",
      "\\&.TH \\(aqtis a request? \\[u2013] no",
      '.SH "OPTIONS"',
      ".TP",
      '.B "\\-\\-a \\(dqb\\(dq"',
      "\\(aqfirst",
      ".SH SEE ALSO",
      "ispyd help, ispyd help levels",
      "",
    ]);
  });

  const has = (command: string, ...argv: string[]) => spawnSync(command, argv, { stdio: "ignore" }).error === undefined;

  test.skipIf(!has("mandoc", "-V"))("passes mandoc's lint but for the date it does not have (skipped without mandoc)", () => {
    for (const topic of ["", "levels", "exit-codes", "audit", ...catalogue.keys()]) {
      const { stdout } = spawnSync("mandoc", ["-Tlint"], {
        input: articleRoff(articleAbout(topic, [...catalogue.values()]), "1.0"),
        encoding: "utf8",
      });
      expect(stdout.split("\n").filter((line) => line !== "" && !line.includes("missing date"))).toEqual([]);
    }
  });

  test.skipIf(!has("groff", "--version"))(
    "is set by groff without a warning, with options as they are typed (skipped without groff)",
    () => {
      for (const topic of ["", ...catalogue.keys()]) {
        const { stdout, stderr } = spawnSync("groff", ["-ww", "-man", "-Tascii", "-P-cbou"], {
          input: articleRoff(articleAbout(topic, [...catalogue.values()]), "1.0"),
          encoding: "utf8",
        });
        expect(stderr).toBe("");
        expect(stdout).toContain("--json");
      }
    },
  );
});
