// Values that are code or stand for something else: told by name and place, never called. None of them is hidden for its variable's name,
// since names of code hold no secrets. Source: Include/cpython/funcobject.h, classobject.h, methodobject.h, genobject.h, weakrefobject.h.

import { zeroTerminated } from "../../base/bytes.ts";
import type { Value } from "../../stacks/value.ts";
import { readCode } from "../code.ts";
import { absent } from "../layout-type.ts";
import { readWord } from "../memory.ts";
import { readString } from "../strings.ts";
import { generatorState } from "./generator-state.ts";
import { hex, inside, plainText, type Subject, type Walk } from "./walk.ts";

const longestName = 512;

export function readFunction(walk: Walk, { address, type }: Subject): Value | undefined {
  const text = functionText(walk, address);
  return text === undefined ? undefined : { kind: "function", type: type.name, text };
}

function functionText(walk: Walk, address: number): string | undefined {
  const { memory, layout } = walk.heap;
  const name = readString(walk.heap, readWord(memory, address + layout.function.qualifiedName) ?? 0, longestName);
  const code = readCode(walk.heap, walk.codes, readWord(memory, address + layout.function.code) ?? 0);
  if (name === undefined) return undefined;
  const text = plainText(walk, name);
  return code === undefined ? text : `${text} (${plainText(walk, code.file)}, line ${code.firstLine})`;
}

/** A method bound to an object, which stands as the field `self`. */
export function readMethod(walk: Walk, subject: Subject): Value | undefined {
  const { memory, layout } = walk.heap;
  const inner = readWord(memory, subject.address + layout.method.function) ?? 0;
  const self = readWord(memory, subject.address + layout.method.self) ?? 0;
  const text = walk.types.typeOf(inner)?.native === "function" ? functionText(walk, inner) : undefined;
  const value: Value = { kind: "function", type: subject.type.name, ...(text === undefined ? {} : { text }) };
  if (subject.place.depth <= 0 || subject.place.rule !== undefined) return value;
  return { ...value, fields: [{ name: "self", value: walk.read(self, inside(subject)) }] };
}

export function readBuiltin(walk: Walk, { address, type }: Subject): Value | undefined {
  const { memory, layout } = walk.heap;
  // PyMethodDef begins with ml_name.
  const definition = readWord(memory, address + layout.builtinFunction.definition) ?? 0;
  const name = memory.read(readWord(memory, definition) ?? 0, 64) ?? memory.read(readWord(memory, definition) ?? 0, 8);
  return name === undefined ? undefined : { kind: "function", type: type.name, text: plainText(walk, zeroTerminated(name)) };
}

export function readModule(walk: Walk, { address, type }: Subject): Value | undefined {
  const { memory, layout } = walk.heap;
  const name = readString(walk.heap, readWord(memory, address + layout.module.name) ?? 0, longestName);
  return { kind: "module", type: type.name, text: plainText(walk, name ?? "") };
}

export function readTypeValue(walk: Walk, { address, type }: Subject): Value | undefined {
  const named = walk.types.at(address);
  return named === undefined ? undefined : { kind: "type", type: type.name, text: named.name };
}

export function readGenerator(walk: Walk, { address, type }: Subject): Value | undefined {
  const { memory, layout } = walk.heap;
  const name = readString(walk.heap, readWord(memory, address + layout.generator.qualifiedName) ?? 0, longestName);
  if (name === undefined) return undefined;
  const state = generatorState(walk.heap, address);
  return { kind: "generator", type: type.name, text: plainText(walk, state === undefined ? name : `${name}, ${state}`) };
}

/** What it refers to by type and address, or that it is dead. */
export function readWeakReference(walk: Walk, { address, type }: Subject): Value | undefined {
  const { memory, layout, types } = walk.heap;
  if (layout.weakReference.object === absent) return undefined;
  const referent = readWord(memory, address + layout.weakReference.object);
  if (referent === undefined) return undefined;
  const known = referent === types.none || referent === 0 ? undefined : walk.types.typeOf(referent);
  return { kind: "weak reference", type: type.name, text: known === undefined ? "dead" : `to ${known.name} at ${hex(referent)}` };
}
