// From an instruction to its line and column: the three encodings that 3.8 to 3.15 keep in a code object.
// Sources: Objects/lnotab_notes.txt (3.8, 3.9), PEP 626 (3.10), Objects/locations.md (3.11 and later).

export interface Position {
  /** 1-based; 0 where the instruction belongs to no line. */
  readonly line: number;
  /** 1-based, in bytes of UTF-8; absent before 3.11 and where the compiler kept none. */
  readonly column?: number;
}

export interface LineTable {
  readonly minor: number;
  readonly firstLine: number;
  readonly bytes: Buffer;
}

const noLine: Position = { line: 0 };

/** Position of the instruction at `offset` bytes from the start of the bytecode; negative means not started. */
export function positionAt(table: LineTable, offset: number): Position {
  if (offset < 0) return { line: table.firstLine };
  if (table.minor < 10) return positionInPairs(table, offset);
  return table.minor === 10 ? positionInRanges(table, offset) : positionInLocations(table, offset);
}

// 3.8, 3.9: pairs of (unsigned address step, signed line step), applied until the address passes the instruction.
function positionInPairs({ firstLine, bytes }: LineTable, offset: number): Position {
  let line = firstLine;
  let address = 0;
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    address += bytes.readUInt8(index);
    if (address > offset) break;
    line += bytes.readInt8(index + 1);
  }
  return { line };
}

// 3.10: pairs of (unsigned length, signed line step); -128 marks a range without a line.
function positionInRanges({ firstLine, bytes }: LineTable, offset: number): Position {
  let line = firstLine;
  let end = 0;
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    end += bytes.readUInt8(index);
    const step = bytes.readInt8(index + 1);
    if (step !== -128) line += step;
    if (offset < end) return step === -128 ? noLine : { line };
  }
  return noLine;
}

// 3.11 and later: entries of a kind (bits 3 to 6 of the first byte) and a length in code units (low three bits, plus one).
function positionInLocations({ firstLine, bytes }: LineTable, offset: number): Position {
  const cursor = { bytes, at: 0 };
  let line = firstLine;
  let end = 0;
  while (cursor.at < bytes.length) {
    const first = nextByte(cursor);
    const kind = (first >> 3) & 15;
    end += ((first & 7) + 1) * 2;
    const { step, column } = readLocation(cursor, kind);
    line += step;
    if (offset < end) return kind === 15 ? noLine : column === undefined ? { line } : { line, column };
  }
  return noLine;
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

function readLocation(cursor: Cursor, kind: number): { step: number; column?: number } {
  if (kind === 15) return { step: 0 };
  if (kind === 14) {
    const step = nextSigned(cursor);
    nextVariable(cursor);
    const column = nextVariable(cursor);
    nextVariable(cursor);
    return column === 0 ? { step } : { step, column };
  }
  if (kind === 13) return { step: nextSigned(cursor) };
  const second = nextByte(cursor);
  if (kind < 10) return { step: 0, column: ((kind << 3) | (second >> 4)) + 1 };
  nextByte(cursor);
  return { step: kind - 10, column: second + 1 };
}

function nextByte(cursor: Cursor): number {
  const value = cursor.bytes[cursor.at] ?? 0;
  cursor.at += 1;
  return value;
}

// Groups of six bits, lowest first; bit 6 says that more follow. Six groups hold any line number.
function nextVariable(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 36; shift += 6) {
    const byte = nextByte(cursor);
    value += (byte & 63) * 2 ** shift;
    if ((byte & 64) === 0) break;
  }
  return value;
}

function nextSigned(cursor: Cursor): number {
  const value = nextVariable(cursor);
  return value % 2 === 1 ? -Math.floor(value / 2) : value / 2;
}
