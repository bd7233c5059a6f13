// What the classes of an object say about its attributes: slots with their places, properties (never run), the names of a namedtuple.
// Read from the namespaces of the classes along the resolution order. Source: Include/cpython/descrobject.h, Include/descrobject.h (PyMemberDef).

import { i64 } from "../../base/bytes.ts";
import { readDictionary } from "../dictionary.ts";
import { type Heap, typeAddressOf } from "../heap.ts";
import { readWord } from "../memory.ts";
import { readSequence } from "../sequences.ts";
import { readString } from "../strings.ts";
import { hasFlag, typeFlags } from "../type-facts.ts";
import type { KnownType, TypeBook } from "./known-types.ts";

export interface TypeMembers {
  readonly slots: readonly { readonly name: string; readonly offset: number }[];
  readonly properties: readonly string[];
  /** Names of the items, for a class that collections.namedtuple or typing.NamedTuple made. */
  readonly tupleNames: readonly string[] | undefined;
}

const mostClasses = 64;
const mostNames = 2_000;
const mostTupleNames = 1_000;
const longestName = 256;
const largestOffset = 65_536;

interface Gathered {
  readonly slots: { name: string; offset: number }[];
  readonly properties: string[];
  readonly seen: Set<string>;
  tupleNames: string[] | undefined;
}

/** Asked per type, answered from memory the second time. */
export function createMemberReader(heap: Heap, types: TypeBook): (type: KnownType) => TypeMembers {
  const known = new Map<number, TypeMembers>();
  return (type) => {
    const found = known.get(type.facts.address) ?? readMembers(heap, types, type);
    known.set(type.facts.address, found);
    return found;
  };
}

function readMembers(heap: Heap, types: TypeBook, type: KnownType): TypeMembers {
  const gathered: Gathered = { slots: [], properties: [], seen: new Set(), tupleNames: undefined };
  const order = readWord(heap.memory, type.facts.address + heap.layout.type.resolutionOrder) ?? 0;
  for (const address of readSequence(heap, order, mostClasses)) {
    if (types.at(address)?.python === true) gather(heap, types, address, gathered);
  }
  return gathered;
}

// The first class along the order that has a name decides what it is.
function gather(heap: Heap, types: TypeBook, classAddress: number, gathered: Gathered): void {
  const namespace = readWord(heap.memory, classAddress + heap.layout.type.namespace) ?? 0;
  for (const { key, value } of readDictionary(heap, namespace, mostNames)) {
    const name = readString(heap, key, longestName);
    if (name === undefined || gathered.seen.has(name)) continue;
    gathered.seen.add(name);
    const type = types.typeOf(value);
    if (type === undefined) continue;
    if (type.native === "member_descriptor") addSlot(heap, name, value, gathered);
    else if (type.native === "property" || isCachedProperty(type)) gathered.properties.push(name);
    else if (name === "_fields" && hasFlag(type.facts, typeFlags.tuple)) gathered.tupleNames = readNames(heap, value);
  }
}

// functools.cached_property, and the classes of the same name in frameworks: a method until it has run once, then an attribute.
function isCachedProperty({ python, name }: KnownType): boolean {
  return python && (name === "cached_property" || name.endsWith(".cached_property"));
}

function addSlot(heap: Heap, name: string, descriptor: number, { slots }: Gathered): void {
  // PyDescrObject is the object's head, d_type, d_name and d_qualname; then comes d_member: {name, type, offset, ...}.
  const member = readWord(heap.memory, descriptor + heap.layout.object.size + 24);
  const offset = member === undefined ? undefined : heap.memory.read(member + 16, 8);
  const value = offset === undefined ? -1 : i64(offset, 0);
  if (value > 0 && value < largestOffset) slots.push({ name, offset: value });
}

function readNames(heap: Heap, tuple: number): string[] | undefined {
  const names = readSequence(heap, tuple, mostTupleNames).map((address) =>
    typeAddressOf(heap, address) === heap.types.string ? readString(heap, address, longestName) : undefined,
  );
  return names.every((name) => name !== undefined) ? names : undefined;
}
