// Reads one value and what it holds, by layout alone: nothing of the application's runs, and no name that it chose decides how memory is read.
// Stands between a frame's variables and the readers of each kind.

import type { Redactor } from "../../redaction/redactor.ts";
import type { CaptureLimits, Value } from "../../stacks/value.ts";
import type { CodeCache } from "../code.ts";
import type { Heap } from "../heap.ts";
import { cachePages } from "../page-cache.ts";
import { hasFlag } from "../type-facts.ts";
import { createBudget } from "./budget.ts";
import { readDeque, readListOrTuple, readMapping, readSetValue } from "./containers.ts";
import { readDecimal } from "./decimal-value.ts";
import { createKnownSecrets, type KnownSecrets } from "./known-secrets.ts";
import { createTypeBook } from "./known-types.ts";
import { readBuiltin, readFunction, readGenerator, readMethod, readModule, readTypeValue, readWeakReference } from "./named-values.ts";
import { readEnumMember, readException, readInstance, readUuid } from "./objects.ts";
import { readBool, readByteArray, readBytesValue, readComplex, readFloat, readInt, readStr } from "./scalars.ts";
import { readDate, readDatetime, readTime, readTimedelta } from "./time-values.ts";
import { createMemberReader } from "./type-members.ts";
import { hex, type Place, type Subject, subclassFlags, textValue, type Walk } from "./walk.ts";

type Reader = (walk: Walk, subject: Subject) => Value | undefined;

// By the name of the nearest type that C code defines; a class written in Python cannot have one of its own here.
const readers: Readonly<Record<string, Reader>> = {
  NoneType: (walk, subject) => textValue(walk, subject, { kind: "none", raw: "None", size: 1 }),
  bool: readBool,
  float: readFloat,
  complex: readComplex,
  bytearray: readByteArray,
  set: readSetValue,
  frozenset: readSetValue,
  "collections.deque": readDeque,
  "datetime.datetime": readDatetime,
  "datetime.date": readDate,
  "datetime.time": readTime,
  "datetime.timedelta": readTimedelta,
  "decimal.Decimal": readDecimal,
  function: readFunction,
  method: readMethod,
  builtin_function_or_method: readBuiltin,
  module: readModule,
  generator: readGenerator,
  coroutine: readGenerator,
  async_generator: readGenerator,
  // "weakref" up to 3.10, "weakref.ReferenceType" after.
  weakref: readWeakReference,
  "weakref.ReferenceType": readWeakReference,
};

const byFlag: readonly (readonly [number, Reader])[] = [
  [subclassFlags.string, readStr],
  [subclassFlags.integer, readInt],
  [subclassFlags.dictionary, readMapping],
  [subclassFlags.list, readListOrTuple],
  [subclassFlags.tuple, readListOrTuple],
  [subclassFlags.bytes, readBytesValue],
  [subclassFlags.exception, readException],
  [subclassFlags.type, readTypeValue],
];

export interface WalkOptions {
  readonly heap: Heap;
  readonly codes: CodeCache;
  readonly redactor: Redactor;
  readonly limits: CaptureLimits;
  /** Shared by the walks of one answer of several frames: what one hides, all hide. */
  readonly secrets?: KnownSecrets;
}

/** A walk over the values of one frame. It remembers pages and types, so it must not outlive the look it was made for. */
export function createWalk({ heap, codes, redactor, limits, secrets }: WalkOptions): Walk {
  const paged = { ...heap, memory: cachePages(heap.memory) };
  const types = createTypeBook(paged, redactor);
  const walk: Walk = {
    heap: paged,
    codes,
    types,
    members: createMemberReader(paged, types),
    redactor,
    limits,
    budget: createBudget(limits),
    secrets: secrets ?? createKnownSecrets(),
    read: (address, place) => {
      const value = readValue(walk, address, place);
      walk.budget.take(ownBytes(value));
      return value;
    },
  };
  return walk;
}

// What it holds has been counted when that was read.
function ownBytes({ items, entries, fields, ...own }: Value): number {
  const names = (fields ?? []).reduce(
    (sum, { name, value }) => sum + name.length + 24 + (value.kind === "property" || value.kind === "unbound" ? 40 : 0),
    0,
  );
  return JSON.stringify(own).length + 1 + (items === undefined ? 0 : 10) + (entries === undefined ? 0 : 12 + entries.length * 18) + names;
}

function readValue(walk: Walk, address: number, place: Place): Value {
  if (walk.budget.full() !== undefined) return { kind: "left out", type: "" };
  const type = walk.types.typeOf(address);
  if (type === undefined) return { kind: "unreadable", type: "", address: hex(address) };
  const up = place.above.length - place.above.lastIndexOf(address);
  if (up <= place.above.length) return { kind: "cycle", type: type.name, text: `${up} ${up === 1 ? "level" : "levels"} up` };
  const subject: Subject = { address, type, place };
  return chooseReader(subject)(walk, subject) ?? { kind: "unreadable", type: type.name, address: hex(address) };
}

function chooseReader({ type }: Subject): Reader {
  const { facts, native } = type;
  if (type.isEnumMember) return (walk, subject) => readEnumMember(walk, subject) ?? readPlain(walk, subject);
  if (type.python && type.name === "uuid.UUID") return (walk, subject) => readUuid(walk, subject) ?? readInstance(walk, subject);
  return native === "object" ? readInstance : plainReader(native, facts);
}

function readPlain(walk: Walk, subject: Subject): Value | undefined {
  return plainReader(subject.type.native, subject.type.facts)(walk, subject);
}

function plainReader(native: string, facts: Subject["type"]["facts"]): Reader {
  const named = Object.hasOwn(readers, native) ? readers[native] : undefined;
  return named ?? byFlag.find(([flag]) => hasFlag(facts, flag))?.[1] ?? readInstance;
}
