// Python ints by layout. Source: Include/cpython/longintrepr.h (30-bit digits; from 3.12 on sign and count in `lv_tag`).

import { i64, u32, u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import { hasFlag, readTypeOf, typeFlags } from "./type-facts.ts";

/** The value of an int of at most `longestDigits` digits (thread ids, hexversion); undefined for anything else. */
export function readInteger(heap: Heap, address: number, longestDigits = 3): bigint | undefined {
  const type = readTypeOf(heap, address);
  if (type === undefined || !hasFlag(type, typeFlags.integer)) return undefined;
  const { memory, layout } = heap;
  const head = memory.read(address + layout.integer.tag, 8);
  if (head === undefined) return undefined;
  const signed = layout.minor >= 12 ? undefined : i64(head, 0);
  const digitCount = signed === undefined ? Math.floor(u64(head, 0) / 8) : Math.abs(signed);
  const negative = signed === undefined ? u64(head, 0) % 4 === 2 : signed < 0;
  if (digitCount > longestDigits) return undefined;
  const digits = memory.read(address + layout.integer.digits, digitCount * 4);
  if (digits === undefined) return undefined;
  let value = 0n;
  for (let index = digitCount - 1; index >= 0; index -= 1) value = (value << 30n) | BigInt(u32(digits, index * 4));
  return negative ? -value : value;
}
