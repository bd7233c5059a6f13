// Numbers, texts and bytes by layout. Source: Include/cpython/longintrepr.h, floatobject.h, complexobject.h, unicodeobject.h of each version.

import { u64 } from "../../base/bytes.ts";
import type { Value } from "../../stacks/value.ts";
import { readInteger } from "../integers.ts";
import { readText } from "../strings.ts";
import { type ByteRange, readByteArrayRange, readByteRange } from "./byte-range.ts";
import { complexText, floatText } from "./number-text.ts";
import { hidingRule, scannedCharacters, type Subject, textValue, type Walk } from "./walk.ts";

// So many digits of 30 bits are at most 15,800 decimal ones, which are still scanned as a whole.
const mostDigits = 1_750;
const bitsPerDigit = 30;

/** An int of any size; of one with more than some 15,000 decimal digits only their number. */
export function readInt(walk: Walk, subject: Subject): Value | undefined {
  const value = readInteger(walk.heap, subject.address, mostDigits);
  if (value === undefined) return readHugeInt(walk, subject);
  const raw = value.toString();
  return textValue(walk, subject, { kind: "int", raw, size: raw.replace("-", "").length });
}

function readHugeInt({ heap, redactor }: Walk, subject: Subject): Value | undefined {
  const { memory, layout } = heap;
  const head = memory.read(subject.address + layout.integer.tag, 8);
  if (head === undefined) return undefined;
  const count = layout.minor >= 12 ? Math.floor(u64(head, 0) / 8) : Math.abs(Number(head.readBigInt64LE(0)));
  // The two highest digits of 30 bits have all that a double can tell of the size.
  const top = count > mostDigits ? memory.read(subject.address + layout.integer.digits + (count - 2) * 4, 8) : undefined;
  if (top === undefined) return undefined;
  const leading = top.readUInt32LE(4) * 2 ** bitsPerDigit + top.readUInt32LE(0);
  const size = Math.floor(Math.log10(leading) + (count - 2) * bitsPerDigit * Math.log10(2)) + 1;
  const rule = hidingRule(subject);
  if (rule !== undefined) redactor.countHidden(rule);
  return { kind: "int", type: subject.type.name, cut: true, size, ...(rule === undefined ? {} : { hidden: rule }) };
}

export function readBool(walk: Walk, subject: Subject): Value | undefined {
  const value = readInteger(walk.heap, subject.address, 1);
  return value === undefined ? undefined : textValue(walk, subject, { kind: "bool", raw: value === 0n ? "False" : "True", size: 1 });
}

export function readFloat(walk: Walk, subject: Subject): Value | undefined {
  const bytes = walk.heap.memory.read(subject.address + walk.heap.layout.float.value, 8);
  return bytes === undefined ? undefined : textValue(walk, subject, { kind: "float", raw: floatText(bytes.readDoubleLE(0)), size: 1 });
}

export function readComplex(walk: Walk, subject: Subject): Value | undefined {
  const bytes = walk.heap.memory.read(subject.address + walk.heap.layout.complex.value, 16);
  if (bytes === undefined) return undefined;
  return textValue(walk, subject, { kind: "complex", raw: complexText(bytes.readDoubleLE(0), bytes.readDoubleLE(8)), size: 1 });
}

export function readStr(walk: Walk, subject: Subject): Value | undefined {
  const found = readText(walk.heap, subject.address, scannedCharacters);
  if (found === undefined) return undefined;
  return textValue(walk, subject, { kind: "str", raw: found.text, size: found.length, isBeginning: found.length > scannedCharacters });
}

export function readBytesValue(walk: Walk, subject: Subject): Value | undefined {
  return bytesValue(walk, subject, readByteRange(walk.heap, subject.address, scannedCharacters));
}

export function readByteArray(walk: Walk, subject: Subject): Value | undefined {
  return bytesValue(walk, subject, readByteArrayRange(walk.heap, subject.address, scannedCharacters));
}

// Scanned as the text that they most likely are, then written as Python writes bytes, without b and quotes.
function bytesValue(walk: Walk, subject: Subject, range: ByteRange | undefined): Value | undefined {
  if (range === undefined) return undefined;
  const { bytes, sizeBytes } = range;
  const decoded = decodeUtf8(bytes);
  const value = textValue(walk, subject, {
    kind: "bytes",
    raw: decoded ?? bytes.toString("latin1"),
    size: sizeBytes,
    isBeginning: bytes.length < sizeBytes,
  });
  return { ...value, text: escapeBytes(Buffer.from(value.text ?? "", decoded === undefined ? "latin1" : "utf8")) };
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    // As a stream: a character that the end of the range cuts in two is no error.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

function escapeBytes(bytes: Buffer): string {
  let text = "";
  for (const byte of bytes)
    text += byte === 0x5c ? "\\\\" : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  return text;
}
