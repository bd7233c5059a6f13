// One JSON document a line: bytes to documents, with bounds on length and nesting. The lowest layer of the talk with an agent.
// Whatever the peer sends becomes documents or one problem in words, never a throw.

/** Most bytes of an answer's line, and of a request's (docs/protocol.md). */
export const answerBytesMax = 8 * 1024 * 1024;
export const requestBytesMax = 256 * 1024;

/** Deeper documents are refused: what is read later walks them by recursion. */
const depthMax = 200;

export type JsonObject = Readonly<Record<string, unknown>>;

export interface LinesRead {
  readonly documents: readonly JsonObject[];
  /** What ends the talk, as a clause about the peer: "it sent a line of more than 8388608 bytes". */
  readonly problem?: string;
}

export interface LineReader {
  /** The documents that this piece completes. After a problem it answers with that problem only. */
  push(bytes: Buffer): LinesRead;
}

const newline = 0x0a;

export function createLineReader(maxBytes: number = answerBytesMax): LineReader {
  let pieces: Buffer[] = [];
  let pending = 0;
  let problem: string | undefined;
  const complete = (last: Buffer): JsonObject | undefined => {
    const line = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    pieces = [];
    pending = 0;
    const parsed = parseLine(line);
    if ("problem" in parsed) problem = parsed.problem;
    return "problem" in parsed ? undefined : parsed.document;
  };
  const push = (bytes: Buffer): LinesRead => {
    const documents: JsonObject[] = [];
    let from = 0;
    while (problem === undefined) {
      const end = bytes.indexOf(newline, from);
      const length = pending + (end === -1 ? bytes.length : end) - from;
      if (length > maxBytes) problem = `it sent a line of more than ${maxBytes} bytes`;
      else if (end === -1) {
        if (from < bytes.length) pieces.push(bytes.subarray(from));
        pending = length;
        break;
      } else {
        const document = complete(bytes.subarray(from, end));
        if (document !== undefined) documents.push(document);
        from = end + 1;
      }
    }
    if (problem !== undefined) pieces = [];
    return problem === undefined ? { documents } : { documents, problem };
  };
  return { push };
}

function parseLine(line: Buffer): { document: JsonObject } | { problem: string } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(line);
  } catch {
    return { problem: "it sent a line that is not UTF-8" };
  }
  if (nestsDeeperThan(text, depthMax)) return { problem: `it sent JSON nested more than ${depthMax} deep` };
  try {
    const document: unknown = JSON.parse(text);
    return isJsonObject(document) ? { document } : { problem: "it sent JSON that is no object" };
  } catch {
    return { problem: "it sent a line that is not JSON" };
  }
}

/** Counts brackets outside strings, which is the depth of anything that is JSON at all. */
function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === "\\") at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") {
      depth += 1;
      if (depth > limit) return true;
    } else if (character === "}" || character === "]") depth -= 1;
  }
  return false;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
