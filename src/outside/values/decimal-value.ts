// decimal.Decimal by the layout of _decimal. Source: Modules/_decimal/_decimal.c (PyDecObject), libmpdec/mpdecimal.h (mpd_t), the same from 3.8 to 3.15.

import { i64, u64 } from "../../base/bytes.ts";
import type { Value } from "../../stacks/value.ts";
import { decimalText } from "./number-text.ts";
import { type Subject, textValue, type Walk } from "./walk.ts";

// mpd_t stands behind the object's head and a hash: flags, exponent, digits, words in use, words allocated, pointer to the words.
const headBytes = 8;
const flags = { negative: 1, infinity: 2, quietNan: 4, signalingNan: 8 } as const;
// Words hold 19 decimal digits each, the lowest first.
const digitsPerWord = 19;
const mostWords = 800;

/** As str() has it. Of more than some 15,000 digits only their number. */
export function readDecimal(walk: Walk, subject: Subject): Value | undefined {
  const { memory, layout } = walk.heap;
  const head = memory.read(subject.address + layout.object.size + headBytes, 48);
  if (head === undefined) return undefined;
  const bits = head.readUInt8(0);
  const digitCount = u64(head, 16);
  const special = specialText(bits);
  if (special !== undefined) return textValue(walk, subject, { kind: "decimal", raw: special, size: 1 });
  const wordCount = u64(head, 24);
  if (wordCount > mostWords) return { kind: "decimal", type: subject.type.name, cut: true, size: digitCount };
  const words = memory.read(u64(head, 40), wordCount * 8);
  if (words === undefined) return undefined;
  const digits = digitsOf(words, digitCount);
  const exponent = i64(head, 8);
  const plausible = digits.length <= wordCount * digitsPerWord && Math.abs(exponent) < 1e18;
  return plausible
    ? textValue(walk, subject, { kind: "decimal", raw: decimalText((bits & flags.negative) !== 0, digits, exponent), size: digits.length })
    : undefined;
}

function specialText(bits: number): string | undefined {
  const sign = (bits & flags.negative) === 0 ? "" : "-";
  if ((bits & flags.infinity) !== 0) return `${sign}Infinity`;
  if ((bits & flags.quietNan) !== 0) return `${sign}NaN`;
  return (bits & flags.signalingNan) === 0 ? undefined : `${sign}sNaN`;
}

function digitsOf(words: Buffer, digitCount: number): string {
  const parts: string[] = [];
  for (let at = words.length - 8; at >= 0; at -= 8) parts.push(words.readBigUInt64LE(at).toString().padStart(digitsPerWord, "0"));
  const all = parts.join("").replace(/^0+/, "");
  return all === "" ? "0" : all.padStart(Math.min(digitCount, mostWords * digitsPerWord), "0");
}
