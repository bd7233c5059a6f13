// Lines that a person types: with a prompt, editing, history and completion. Between two lines the terminal is as any program finds it,
// so that Ctrl-C is a signal then, and a pager or an editor can have it.

import type { Interface } from "node:readline/promises";
import type { Writable } from "node:stream";

export type Typed =
  | { readonly kind: "line"; readonly line: string }
  | { readonly kind: "interrupted"; readonly empty: boolean }
  | { readonly kind: "end" };

export interface LineSource {
  next(prompt: string): Promise<Typed>;
  /** Ends a wait for a line, too. */
  close(): void;
}

/** What stands for the text before the cursor's end: candidates, and the part of the text that they take the place of. */
export type Completer = (line: string) => Promise<[string[], string]>;

export interface TerminalFacts {
  readonly input: NodeJS.ReadStream;
  readonly output: Writable;
  /** The latest first. */
  readonly history: () => string[];
  readonly completer: Completer;
}

/** What is left over from one line to the next. */
interface Leftover {
  /** Lines of which more than one arrived at once, as when text is pasted. */
  readonly lines: string[];
  /** Typed behind the last of them. */
  begun: string;
  /** The one that reads at this moment. */
  reader?: Interface;
}

export function terminalLines(facts: TerminalFacts): LineSource {
  const leftover: Leftover = { lines: [], begun: "" };
  return {
    next: async (prompt) => {
      const line = leftover.lines.shift();
      return line === undefined ? await read(facts, leftover, prompt) : { kind: "line", line };
    },
    close: () => leftover.reader?.close(),
  };
}

async function read({ input, output, history, completer }: TerminalFacts, leftover: Leftover, prompt: string): Promise<Typed> {
  // Loaded here: other commands do without it.
  const { createInterface } = await import("node:readline/promises");
  let isRead = false;
  const completing: Completer = async (begun) => {
    const found = await completer(begun);
    // Enter came before the answer: the line is what was typed.
    return isRead ? [[], begun] : found;
  };
  const facts = { input, output, prompt, history: history(), historySize: historyLines };
  const reader = createInterface({ ...facts, terminal: true, completer: completing });
  leftover.reader = reader;
  const typed = new Promise<Typed>((resolve) => {
    reader.on("line", (line) => {
      isRead = true;
      leftover.lines.push(line);
      // The rest of what arrived with it is read first.
      if (leftover.lines.length === 1) setImmediate(() => resolve({ kind: "line", line: leftover.lines.shift() ?? "" }));
    });
    reader.on("SIGINT", () => {
      isRead = true;
      const { length } = reader.line;
      setImmediate(() => {
        leftover.begun = reader.line.slice(length);
        resolve({ kind: "interrupted", empty: length === 0 });
      });
    });
    reader.on("close", () => resolve({ kind: "end" }));
  });
  reader.prompt();
  if (leftover.begun !== "") reader.write(leftover.begun);
  leftover.begun = "";
  const one = await typed;
  if (one.kind === "line") leftover.begun = reader.line;
  else output.write(one.kind === "end" ? "\n" : "^C\n");
  reader.close();
  return one;
}

const historyLines = 1_000;
