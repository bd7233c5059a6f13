// What the type of an object says about its layout: the nearest type that C code defines decides it, since a class written in Python
// only adds to the layout of its base. No name that an application chose decides anything. Kept for one capture.

import { i64 } from "../../base/bytes.ts";
import type { Redactor } from "../../redaction/redactor.ts";
import { findInDictionary } from "../dictionary.ts";
import { type Heap, typeAddressOf } from "../heap.ts";
import { absent } from "../layout-type.ts";
import { readWord } from "../memory.ts";
import { readString } from "../strings.ts";
import { hasFlag, readType, type TypeFacts } from "../type-facts.ts";

export interface KnownType {
  readonly facts: TypeFacts;
  /** As people read it: with its module, without `builtins`; redacted. */
  readonly name: string;
  /** A class that Python code defined. */
  readonly python: boolean;
  /** Name of the nearest type that C code defines: "object" for most classes. */
  readonly native: string;
  readonly isEnumMember: boolean;
  /** The rule that hides every value of this type or of a base of it. */
  readonly hiddenBy: string | undefined;
  readonly itemSize: number;
}

export interface TypeBook {
  /** The type of the object at `address`; undefined where there is no sound object. */
  typeOf(address: number): KnownType | undefined;
  at(typeAddress: number): KnownType | undefined;
}

// Py_TPFLAGS_HEAPTYPE, Include/object.h.
const heapTypeFlag = 9;
const longestBaseChain = 64;
const longestName = 256;
const mostTypes = 10_000;
const enumMetaclasses = new Set(["enum.EnumMeta", "enum.EnumType"]);

interface Link {
  readonly facts: TypeFacts;
  readonly fullName: string;
  readonly python: boolean;
}

export function createTypeBook(heap: Heap, redactor: Redactor): TypeBook {
  const known = new Map<number, KnownType | undefined>();
  const at = (address: number): KnownType | undefined => {
    if (!known.has(address)) {
      if (known.size >= mostTypes) known.clear();
      known.set(address, describe(heap, redactor, address));
    }
    return known.get(address);
  };
  return {
    at,
    typeOf: (address) => {
      const type = typeAddressOf(heap, address);
      return type === undefined ? undefined : at(type);
    },
  };
}

function describe(heap: Heap, redactor: Redactor, address: number): KnownType | undefined {
  const chain = readChain(heap, address);
  const [own] = chain;
  const native = chain.find(({ python }) => !python);
  const itemSize = heap.memory.read(address + heap.layout.type.itemSize, 8);
  if (own === undefined || native === undefined || itemSize === undefined) return undefined;
  const metatype = typeAddressOf(heap, address) ?? 0;
  return {
    facts: own.facts,
    name: redactor.redactText(own.fullName).text,
    python: own.python,
    native: native.facts.name,
    isEnumMember:
      own.python && metatype !== heap.types.type && readChain(heap, metatype).some(({ fullName }) => enumMetaclasses.has(fullName)),
    hiddenBy: chain.map(({ fullName }) => redactor.hidesType(fullName)).find((rule) => rule !== undefined),
    itemSize: i64(itemSize, 0),
  };
}

/** The type and its bases along tp_base, down to `object`; empty where one of them is no sound type. */
function readChain(heap: Heap, address: number): Link[] {
  const chain: Link[] = [];
  let current = address;
  while (current !== 0 && chain.length < longestBaseChain) {
    const facts = readType(heap, current);
    const base = readWord(heap.memory, current + heap.layout.type.base);
    if (facts === undefined || base === undefined) return [];
    const python = isPython(heap, facts);
    chain.push({ facts, python, fullName: python ? withModule(heap, facts) : facts.name });
    current = base;
  }
  return chain;
}

// PyType_FromModuleAndSpec records the module; the types that a class statement makes have none. In 3.8 no type of a module is made that way.
function isPython(heap: Heap, facts: TypeFacts): boolean {
  if (!hasFlag(facts, heapTypeFlag)) return false;
  const { definingModule } = heap.layout.type;
  return definingModule === absent || readWord(heap.memory, facts.address + definingModule) === 0;
}

function withModule(heap: Heap, facts: TypeFacts): string {
  const namespace = readWord(heap.memory, facts.address + heap.layout.type.namespace) ?? 0;
  const found = findInDictionary(heap, namespace, "__module__");
  const module = found === undefined ? undefined : readString(heap, found, longestName);
  return module === undefined || module === "builtins" ? facts.name : `${module}.${facts.name}`;
}
