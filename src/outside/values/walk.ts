// What the readers of values share: the target's memory, the limits, the redactor, and the way back into the walk for what a value holds.

import type { Redactor } from "../../redaction/redactor.ts";
import { sumRedactions } from "../../redaction/counts.ts";
import type { CaptureLimits, Value, ValueKind } from "../../stacks/value.ts";
import type { CodeCache } from "../code.ts";
import type { Heap } from "../heap.ts";
import { readText } from "../strings.ts";
import { hasFlag } from "../type-facts.ts";
import type { Budget } from "./budget.ts";
import { readByteRange } from "./byte-range.ts";
import type { KnownSecrets } from "./known-secrets.ts";
import type { KnownType, TypeBook } from "./known-types.ts";
import type { TypeMembers } from "./type-members.ts";

export interface Walk {
  readonly heap: Heap;
  readonly codes: CodeCache;
  readonly types: TypeBook;
  readonly members: (type: KnownType) => TypeMembers;
  readonly redactor: Redactor;
  readonly limits: CaptureLimits;
  readonly budget: Budget;
  readonly secrets: KnownSecrets;
  /** The value at an address; what can't be read is a value too. */
  read(address: number, place: Place): Value;
}

/** Where a value stands in the capture. */
export interface Place {
  /** Levels that may still be opened. */
  readonly depth: number;
  /** The objects around it, outermost first. */
  readonly above: readonly number[];
  /** The rule by which its name hides it. */
  readonly rule: string | undefined;
}

/** An object that is about to be read. */
export interface Subject {
  readonly address: number;
  readonly type: KnownType;
  readonly place: Place;
}

/** Bits of tp_flags that say what a subclass is at heart. Source: Include/object.h. */
export const subclassFlags = { integer: 24, list: 25, tuple: 26, bytes: 27, string: 28, dictionary: 29, exception: 30, type: 31 } as const;

const longestKey = 512;
/** As much of a text is scanned for secrets before it is cut. */
export const scannedCharacters = 16_384;

/** The place of something that `subject` holds, under a name where it has one. */
export function inside({ address, place }: Subject, rule?: string): Place {
  return { depth: place.depth - 1, above: [...place.above, address], rule };
}

export function hidingRule({ type, place }: Subject): string | undefined {
  return place.rule ?? type.hiddenBy;
}

/** A value that its name or type hides together with all that it holds. */
export function hiddenValue({ redactor }: Walk, kind: ValueKind, type: string, rule: string): Value {
  redactor.countHidden(rule);
  return { kind, type, hidden: rule };
}

export interface RawText {
  readonly kind: ValueKind;
  readonly raw: string;
  /** How long it is in truth, where `raw` is only its beginning or may be cut. */
  readonly size: number;
  readonly isBeginning?: boolean;
}

/** A scalar or a name: hidden as a whole where its name or type demands it, else scanned and then cut. */
export function textValue({ redactor, limits, secrets }: Walk, subject: Subject, { kind, raw, size, isBeginning = false }: RawText): Value {
  const rule = hidingRule(subject);
  const type = subject.type.name;
  if (rule !== undefined) {
    const { text, redactions } = redactor.hide(rule, raw);
    if (redactions.length === 0) return { kind, type, text };
    secrets.add(raw, rule);
    return { kind, type, text, hidden: rule };
  }
  const { text, isCut, redactions } = redactor.redactAndCut(raw, limits.characters, { isBeginning });
  const hidden =
    redactions.length === 0
      ? {}
      : {
          hidden: sumRedactions([redactions])
            .map((redaction) => redaction.rule)
            .join(", "),
        };
  return { kind, type, text, ...hidden, ...(isCut || isBeginning ? { cut: true as const, size } : {}) };
}

/** A text that Python's own code gives, such as a function's name: only what looks like a secret is hidden in it. */
export function plainText({ redactor, limits }: Walk, raw: string): string {
  return redactor.redactAndCut(raw, Math.max(limits.characters, longestKey)).text;
}

/** The text of a key that may say what its value is: a str or bytes; undefined for anything else. */
export function keyText({ heap, types }: Walk, address: number): string | undefined {
  const type = types.typeOf(address);
  if (type === undefined) return undefined;
  if (hasFlag(type.facts, subclassFlags.string)) return readText(heap, address, longestKey)?.text;
  return hasFlag(type.facts, subclassFlags.bytes) ? readByteRange(heap, address, longestKey)?.bytes.toString("latin1") : undefined;
}

export function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
