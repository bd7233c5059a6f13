// Lines that another program writes, or a file holds. The prompt is printed only where somebody asked for it; nothing is echoed.

import type { Readable, Writable } from "node:stream";
import type { LineSource } from "./terminal-lines.ts";

export async function pipedLines(input: Readable, output: Writable): Promise<LineSource> {
  // Loaded here: other commands do without it.
  const { createInterface } = await import("node:readline");
  const reader = createInterface({ input, crlfDelay: Infinity, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  return {
    next: async (prompt) => {
      if (prompt !== "") output.write(prompt);
      const { value, done } = await lines.next();
      return done === true ? { kind: "end" } : { kind: "line", line: value };
    },
    close: () => reader.close(),
  };
}
