// Python dicts by layout: combined, split and inline-value tables; iterated, never looked up, so no key's own __eq__ matters.
// Source: Objects/dictobject.c, Include/internal/pycore_dict.h of each version.

import { u64 } from "../base/bytes.ts";
import { type Heap, type TypeAddresses, typeAddressOf } from "./heap.ts";
import { absent } from "./layout-type.ts";
import { readWord } from "./memory.ts";
import { readString } from "./strings.ts";
import { hasFlag, readTypeOf, type TypeFacts, typeFlags } from "./type-facts.ts";

export interface Entry {
  readonly key: number;
  readonly value: number;
}

const mostEntries = 1_000_000;
// A namespace has hundreds of names, sys.modules thousands; each that is looked at costs a read.
const mostNames = 16_384;

/** Entries of the dict at `address` in order of insertion, at most `limit`; empty where there is no sound dict. */
export function readDictionary(heap: Heap, address: number, limit = mostEntries): Entry[] {
  const { memory, layout } = heap;
  const head = memory.read(address, layout.dictionary.size);
  if (head === undefined) return [];
  return readKeys(heap, u64(head, layout.dictionary.keys), u64(head, layout.dictionary.values), limit);
}

const entriesPerRead = 8_192;

/** Entries of a keys table, at most `limit`; `values` is 0 for a combined table, else where the values of a split one stand. */
export function readKeys(heap: Heap, keys: number, values: number, limit: number): Entry[] {
  const { memory, layout } = heap;
  const table = layout.dictionaryKeys;
  const head = memory.read(keys, table.indices);
  if (head === undefined) return [];
  const count = Math.min(u64(head, table.entryCount), mostEntries);
  const general = table.kind === absent || head.readUInt8(table.kind) === 0;
  const width = general ? 24 : 16;
  const indices = indexBytes(heap, head);
  const start = keys + table.indices + indices;
  // All of the table or nothing: a broken count leads beyond its end, and there are never more entries than indices.
  if (count > indices || (count > entriesPerRead && memory.read(start + (count - 1) * width, width) === undefined)) return [];
  const found: Entry[] = [];
  // Removed entries leave holes, so that the entries asked for may lie far behind as many slots.
  for (let first = 0; first < count && found.length < limit; first += entriesPerRead) {
    const slots = Math.min(entriesPerRead, count - first);
    const entries = memory.read(start + first * width, slots * width);
    const valueBytes = values === 0 ? undefined : memory.read(values + Math.max(layout.dictionaryValues.values, 0) + first * 8, slots * 8);
    if (entries === undefined || (values !== 0 && valueBytes === undefined)) return [];
    found.push(...entriesIn(entries, valueBytes, general));
  }
  return found.length > limit ? found.slice(0, limit) : found;
}

function entriesIn(entries: Buffer, valueBytes: Buffer | undefined, general: boolean): Entry[] {
  const width = general ? 24 : 16;
  const found: Entry[] = [];
  for (let index = 0; (index + 1) * width <= entries.length; index += 1) {
    const at = index * width + (general ? 8 : 0);
    const key = u64(entries, at);
    const value = valueBytes === undefined ? u64(entries, at + 8) : u64(valueBytes, index * 8);
    if (key !== 0 && value !== 0) found.push({ key, value });
  }
  return found;
}

// Up to 3.10 the table's size gives the width of an index, from 3.11 on the whole size is stored as a power of two.
function indexBytes({ layout }: Heap, head: Buffer): number {
  const table = layout.dictionaryKeys;
  if (table.log2IndexBytes !== absent) return 2 ** Math.min(head.readUInt8(table.log2IndexBytes), 40);
  const size = u64(head, table.tableSize);
  return size * (size <= 0xff ? 1 : size <= 0xffff ? 2 : size <= 0xffff_ffff ? 4 : 8);
}

/** The value under an exact str key, or undefined. */
export function findInDictionary(heap: Heap, address: number, name: string): number | undefined {
  return findByName(heap, readDictionary(heap, address, mostNames), name);
}

function findByName(heap: Heap, entries: readonly Entry[], name: string): number | undefined {
  return entries.slice(0, mostNames).find(({ key }) => readString(heap, key, name.length + 1) === name)?.value;
}

/** Attributes that an instance keeps in its own dict or in inline values; slots and properties are not among them. */
export function readAttributes(heap: Heap, address: number): Entry[] {
  const type = readTypeOf(heap, address);
  if (type === undefined) return [];
  if (hasFlag(type, typeFlags.managedDictionary)) return readManagedAttributes(heap, address, type);
  if (type.dictionaryOffset <= 0) return [];
  return readDictionaryAt(heap, address + type.dictionaryOffset);
}

// Where 3.11 and later keep attributes: before the object (MANAGED_DICT_OFFSET in Include/internal/pycore_object.h), from 3.13 on also behind it.
function readManagedAttributes(heap: Heap, address: number, type: TypeFacts): Entry[] {
  const { layout } = heap;
  const word = (at: number): number => {
    const bytes = heap.memory.read(at, 8);
    return bytes === undefined ? 0 : u64(bytes, 0);
  };
  const cachedKeys = (): number => word(type.address + layout.type.cachedKeys);
  if (layout.minor === 11) {
    const values = word(address - 32);
    return values === 0 ? readDictionaryAt(heap, address - 24) : readKeys(heap, cachedKeys(), values, mostEntries);
  }
  const pointer = word(address - (layout.freeThreaded ? 8 : 24));
  if (layout.minor === 12)
    return pointer % 2 === 1 ? readKeys(heap, cachedKeys(), pointer + 1, mostEntries) : readDictionary(heap, pointer);
  if (pointer !== 0 || !hasFlag(type, typeFlags.inlineValues)) return readDictionary(heap, pointer);
  const values = address + type.basicSize;
  const valid = heap.memory.read(values + layout.dictionaryValues.valid, 1);
  return valid?.[0] === 1 ? readKeys(heap, cachedKeys(), values, mostEntries) : [];
}

function readDictionaryAt(heap: Heap, slot: number): Entry[] {
  const bytes = heap.memory.read(slot, 8);
  return bytes === undefined || u64(bytes, 0) === 0 ? [] : readDictionary(heap, u64(bytes, 0));
}

/** One attribute of an instance by name, or undefined. */
export function readAttribute(heap: Heap, address: number, name: string): number | undefined {
  return findByName(heap, readAttributes(heap, address), name);
}

interface KnownNamespace {
  readonly sign: string;
  readonly namespace: number | undefined;
}

// By the types of an opened interpreter, which are the same object for as long as it is open.
const knownNamespaces = new WeakMap<TypeAddresses, Map<string, KnownNamespace>>();

/**
 * The namespace of a module that is in `sys.modules`, found from an interpreter's `modules` dict; undefined where it was never imported.
 * A search goes through hundreds of names, so it is made again only once modules were added (every insertion counts the table's entries up).
 */
export function findModuleNamespace(heap: Heap, modules: number, name: string): number | undefined {
  const known = knownNamespaces.get(heap.types) ?? new Map<string, KnownNamespace>();
  knownNamespaces.set(heap.types, known);
  const sign = tableSign(heap, modules);
  const found = known.get(name);
  if (found !== undefined && found.sign === sign) return found.namespace;
  const namespace = searchModules(heap, modules, name);
  known.set(name, { sign, namespace });
  return namespace;
}

function tableSign({ memory, layout }: Heap, dictionary: number): string {
  const keys = readWord(memory, dictionary + layout.dictionary.keys) ?? 0;
  return `${dictionary} ${keys} ${readWord(memory, keys + layout.dictionaryKeys.entryCount) ?? 0}`;
}

function searchModules(heap: Heap, modules: number, name: string): number | undefined {
  const module = findInDictionary(heap, modules, name);
  if (module === undefined) return undefined;
  const bytes = heap.memory.read(module + heap.layout.module.dictionary, 8);
  const namespace = bytes === undefined ? 0 : u64(bytes, 0);
  return typeAddressOf(heap, namespace) === heap.types.dictionary ? namespace : undefined;
}
