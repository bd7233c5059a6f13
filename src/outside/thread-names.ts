// Names of threads, from `threading._active` ({ident: Thread}) of one interpreter; the kernel keeps only 15 bytes, and none before 3.14.
// Source: Lib/threading.py of 3.8 to 3.15.

import type { Heap } from "./heap.ts";
import { findInDictionary, findModuleNamespace, readAttribute, readDictionary } from "./dictionary.ts";
import { readInteger } from "./integers.ts";
import { readWord } from "./memory.ts";
import { readString } from "./strings.ts";

const mostThreads = 4_096;
const longestName = 200;

/** Names by `ident`; empty where the interpreter never imported threading. */
export function readThreadNames(heap: Heap, interpreter: number): Map<number, string> {
  const names = new Map<number, string>();
  const modules = readWord(heap.memory, interpreter + heap.layout.interpreter.modules) ?? 0;
  const namespace = findModuleNamespace(heap, modules, "threading");
  const active = namespace === undefined ? undefined : findInDictionary(heap, namespace, "_active");
  if (active === undefined) return names;
  for (const { key, value } of readDictionary(heap, active, mostThreads)) {
    const ident = readInteger(heap, key);
    const name = readAttribute(heap, value, "_name");
    const text = name === undefined ? undefined : readString(heap, name, longestName);
    if (ident !== undefined && text !== undefined) names.set(Number(ident), text);
  }
  return names;
}
