// The six shapes as lines: what is whole, what gives way at a width, and that nothing foreign acts.

import { describe, expect, test } from "vitest";
import { drawViews } from "../../../src/cli/draw/draw.ts";
import { paint, wantsColor } from "../../../src/cli/draw/paint.ts";
import { textWidth } from "../../../src/cli/draw/text-width.ts";
import type { Cell, Column, StackNode, View } from "../../../src/protocol/view.ts";

function draw(view: View | View[], width?: number): string[] {
  const text = paint(drawViews([view].flat(), width), false);
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

const columns: Column[] = [{ title: "NAME", shrinks: true }, { title: "PID", align: "right" }, { title: "ROLE" }];
const table = (rows: Cell[][], more: Partial<Extract<View, { shape: "table" }>> = {}): View => ({ shape: "table", columns, rows, ...more });

describe("a table", () => {
  test("aligns its columns, numbers to the right", () => {
    expect(
      draw(
        table([
          ["shop", "7", "worker"],
          ["mail-queue", "4711", ""],
        ]),
      ),
    ).toEqual(["NAME         PID  ROLE", "shop           7  worker", "mail-queue  4711"]);
  });

  test("counts CJK and emoji as two cells", () => {
    const lines = draw(
      table([
        ["商店", "7", "worker"],
        ["🐍x", "4711", "worker"],
        ["shop", "1", "worker"],
      ]),
    );
    expect(lines.slice(1).map((line) => textWidth(line))).toEqual([18, 18, 18]);
    expect(lines[1]).toBe("商店     7  worker");
    expect(lines[2]).toBe("🐍x   4711  worker");
  });

  test("shrinks the column marked for it to the terminal's width, dotted names in the middle, others at the end", () => {
    const lines = draw(
      table([
        ["a.long.settings.module.of.production", "4711", "worker"],
        ["a long name of a service with words", "1", "worker"],
      ]),
      40,
    );
    expect(lines).toEqual([
      "NAME                         PID  ROLE",
      "a.long.settin…f.production  4711  worker",
      "a long name of a service …     1  worker",
    ]);
    expect(lines.every((line) => textWidth(line) <= 40)).toBe(true);
  });

  test("without a terminal nothing is cut, however long", () => {
    const name = "n".repeat(5_000);
    expect(draw(table([[name, "1", "worker"]]))[1]).toContain(name);
  });

  test("continues rows on indented lines where shrinking is not enough", () => {
    const lines = draw(table([["shop", "4711", "x".repeat(18)]]), 20);
    expect(lines).toEqual(["NAME   PID", "    ROLE", "shop  4711", `    ${"x".repeat(15)}…`]);
  });

  test("is its empty sentence where there are no rows", () => {
    expect(draw(table([], { empty: "nothing runs here" }))).toEqual(["nothing runs here"]);
    expect(draw(table([], { title: "processes" }))).toEqual(["processes"]);
  });

  test("one cell of a megabyte does not pad ten thousand rows to its width", () => {
    const rows = Array.from({ length: 10_000 }, () => ["x", "1", "worker"]);
    const text = paint(drawViews([table([["y".repeat(1_000_000), "1", "worker"], ...rows])], undefined), false);
    expect(text.length).toBeLessThan(5_000_000);
  });
});

const frame = (name: string, place: string, source?: string) => ({ function: name, place, ...(source === undefined ? {} : { source }) });
const node = (heading: Cell[], more: Partial<StackNode> = {}): StackNode => ({ heading, details: [], frames: [], children: [], ...more });
const stacks = (...nodes: StackNode[]): View => ({ shape: "stacks", nodes });

describe("stacks", () => {
  test("have their places in one column and their source below", () => {
    const frames = [frame("acquire", "threading.py:324"), frame("OrderView.post", "orders.py:88", "\twith self.lock:")];
    expect(draw(stacks(node(["3 threads", "wait"], { details: ["shop/1"], frames })))).toEqual([
      "3 threads  wait",
      "  shop/1",
      "  acquire         threading.py:324",
      "  OrderView.post  orders.py:88",
      "      with self.lock:",
    ]);
  });

  test("stand apart from each other by one line", () => {
    expect(draw(stacks(node(["a"]), node(["b"])))).toEqual(["a", "", "b"]);
  });

  test("draw what stands below on thin lines", () => {
    const tree = node(["Task-1"], {
      frames: [frame("main", "app.py:1")],
      children: [
        node(["Task-2"], { frames: [frame("f", "app.py:2")], children: [node(["Task-4"])] }),
        node(["Task-3"], { frames: [frame("g", "app.py:3")] }),
      ],
    });
    expect(draw(stacks(tree))).toEqual([
      "Task-1",
      "│ main  app.py:1",
      "├─ Task-2",
      "│  │ f  app.py:2",
      "│  └─ Task-4",
      "└─ Task-3",
      "     g  app.py:3",
    ]);
  });

  test("at a narrow width a place keeps its end and a function its beginning", () => {
    const lines = draw(stacks(node(["x"], { frames: [frame("A".repeat(40), "/srv/shop/a/very/long/path/views.py:88")] })), 50);
    expect(lines[1]).toMatch(/^ {2}A+… {2}….*views\.py:88$/);
    expect(lines.every((line) => textWidth(line) <= 50)).toBe(true);
  });

  test("a function name of a megabyte is whole without a terminal and cut on one", () => {
    const long = stacks(node(["x"], { frames: [frame("f".repeat(1_000_000), "a.py:1"), frame("g", "a.py:2")] }));
    expect(draw(long)[1]?.length).toBeGreaterThan(1_000_000);
    expect(draw(long, 80).every((line) => textWidth(line) <= 80)).toBe(true);
  });

  test("a tree of 20,000 levels neither overflows nor grows wide", () => {
    let tree = node(["last"]);
    for (let depth = 0; depth < 20_000; depth += 1) tree = node(["task"], { children: [tree] });
    const lines = draw(stacks(tree));
    expect(lines).toHaveLength(20_001);
    expect(lines.at(-1)).toMatch(/\(20000\) last$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(120);
  });

  test("200,000 frames are drawn", () => {
    expect(draw(stacks(node(["deep"], { frames: Array.from({ length: 200_000 }, () => frame("f", "a.py:1")) })))).toHaveLength(200_001);
  });
});

describe("the other shapes", () => {
  test("a record aligns its values and puts a remedy below", () => {
    const view: View = {
      shape: "record",
      fields: [
        { name: "ptrace scope", value: "1", remedy: "run as root" },
        { name: "名前", value: "ok" },
      ],
    };
    expect(draw(view)).toEqual(["ptrace scope  1", "              → run as root", "名前          ok"]);
  });

  test("a record's long value hangs under its column on a terminal", () => {
    expect(draw({ shape: "record", fields: [{ name: "why", value: "one two three four five six" }] }, 20)).toEqual([
      "why  one two three",
      "     four five six",
    ]);
  });

  test("events put their parts two blanks apart and leave out empty ones", () => {
    expect(
      draw({
        shape: "events",
        lines: [
          ["12:00", "", "shop/1", "began"],
          ["a", "  own blanks"],
        ],
      }),
    ).toEqual(["12:00  shop/1  began", "a  own blanks"]);
  });

  test("a value is one line", () => {
    expect(draw({ shape: "value", value: { text: "42", tone: "good" } })).toEqual(["42"]);
  });

  test("text keeps its lines; prose is folded under the column of its last part", () => {
    const text = "--frames COUNT  most frames that are shown of one stack";
    expect(draw({ shape: "text", text: `${text}\n` }, 40)).toEqual([text]);
    expect(draw({ shape: "text", text, wraps: true }, 40)).toEqual([
      "--frames COUNT  most frames that are",
      "                shown of one stack",
    ]);
  });

  test("prose without a blank to fold at is folded anyway", () => {
    expect(draw({ shape: "text", text: "x".repeat(50), wraps: true }, 20).every((line) => line.length <= 20)).toBe(true);
  });

  test("empty text draws nothing", () => {
    expect(draw({ shape: "text", text: "" })).toEqual([]);
  });

  test("views stand one line apart, each below its title", () => {
    expect(
      draw([
        { shape: "value", title: "one", value: "1" },
        { shape: "value", title: "two", value: "2" },
      ]),
    ).toEqual(["one", "1", "", "two", "2"]);
  });
});

// U+001B, a C1 control, DEL, a bidirectional override, a zero-width joiner, a line separator, a tag character, a lone surrogate, and a newline with an escape.
const hostile = "\u001b[31mred\u009b2J\u007f\u202egnp\u200d\u2028\u{e0041}\ud800\n\r\u001b]0;owned\u0007";
// eslint-disable-next-line no-control-regex
const acts = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]|\p{Cs}/u;

describe("hostile text never reaches the terminal as it is", () => {
  const views: View[] = [
    { shape: "value", title: hostile, value: hostile },
    { shape: "record", title: hostile, fields: [{ name: hostile, value: hostile, remedy: hostile }] },
    { shape: "table", columns: [{ title: hostile, shrinks: true }], rows: [[hostile], [{ text: hostile, tone: "bad" }]] },
    { shape: "table", columns: [], rows: [], empty: hostile },
    {
      shape: "stacks",
      nodes: [
        {
          heading: [hostile],
          details: [hostile],
          frames: [{ function: hostile, place: hostile, source: hostile }],
          children: [{ heading: [hostile], details: [], frames: [], children: [] }],
        },
      ],
    },
    { shape: "stacks", nodes: [], empty: hostile },
    { shape: "events", lines: [[hostile, hostile]] },
    { shape: "events", lines: [], empty: hostile },
    { shape: "text", text: hostile },
    { shape: "text", text: hostile, wraps: true },
  ];
  test.each([undefined, 200, 60, 20])("at width %s", (width) => {
    for (const view of views) {
      expect(paint(drawViews([view], width), false)).not.toMatch(acts);
      const colored = paint(drawViews([view], width), true);
      // eslint-disable-next-line no-control-regex
      expect(colored.replaceAll(/\u001b\[\d+m/g, "")).not.toMatch(acts);
    }
  });
});

describe("color", () => {
  const auto = { choice: "auto", isTerminal: true, environment: {} } as const;

  test("tones become the palette's codes, plain text none", () => {
    const lines = drawViews([{ shape: "events", lines: [["a", { text: "b", tone: "bad" }, { text: "c", tone: "strong" }]] }], undefined);
    expect(paint(lines, true)).toBe("a  \u001b[31mb\u001b[0m  \u001b[1mc\u001b[0m\n");
    expect(paint(lines, false)).toBe("a  b  c\n");
  });

  test.each([
    ["a terminal has color", {}, true, true],
    ["a pipe has none", {}, false, false],
    ["NO_COLOR takes it away", { NO_COLOR: "1" }, true, false],
    ["an empty NO_COLOR does not", { NO_COLOR: "" }, true, true],
    ["TERM=dumb takes it away", { TERM: "dumb" }, true, false],
    ["FORCE_COLOR gives it to a pipe", { FORCE_COLOR: "1" }, false, true],
    ["FORCE_COLOR=0 takes it away", { FORCE_COLOR: "0" }, true, false],
    ["FORCE_COLOR is stronger than NO_COLOR", { FORCE_COLOR: "1", NO_COLOR: "1" }, false, true],
  ])("on auto %s", (_, environment, isTerminal, wanted) => {
    expect(wantsColor({ choice: "auto", isTerminal, environment })).toBe(wanted);
  });

  test("--color is stronger than the environment", () => {
    expect(wantsColor({ ...auto, choice: "always", isTerminal: false, environment: { NO_COLOR: "1" } })).toBe(true);
    expect(wantsColor({ ...auto, choice: "never", environment: { FORCE_COLOR: "1" } })).toBe(false);
  });
});
