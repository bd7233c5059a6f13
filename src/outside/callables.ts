// What a callable object is called: functions, bound methods, partials and classes, by layout. For whoever names a view or an endpoint.
// Source: Include/cpython/funcobject.h (3.8 to 3.15), Include/cpython/classobject.h, Modules/_functoolsmodule.c partialobject.

import { u64 } from "../base/bytes.ts";
import type { Heap } from "./heap.ts";
import { readWord } from "./memory.ts";
import { readSequence } from "./sequences.ts";
import { readString } from "./strings.ts";
import { readType, readTypeOf } from "./type-facts.ts";

export interface Callable {
  /** "shop.views.checkout". */
  readonly name: string;
  /** Address of its code object; 0 where it is not written in Python. */
  readonly code: number;
}

const longestName = 300;
const deepestWrapping = 8;
const mostCells = 64;

/** The name of a callable, looked for through bound methods and partials; undefined for what is none of the kinds known here. */
export function readCallable(heap: Heap, address: number): Callable | undefined {
  let current = address;
  for (let step = 0; step < deepestWrapping; step += 1) {
    const type = readTypeOf(heap, current);
    if (type === undefined) return undefined;
    if (type.name === "function") return readFunction(heap, current);
    if (type.name !== "method" && type.name !== "functools.partial") return readInstance(heap, current, type.name);
    // im_func of a method and fn of a partial both come first.
    current = readWord(heap.memory, current + heap.layout.object.size) ?? 0;
  }
  return undefined;
}

// A class itself, or an object whose class has __call__.
function readInstance(heap: Heap, address: number, typeName: string): Callable | undefined {
  const itself = readType(heap, address);
  const name = itself === undefined ? typeName : itself.name;
  return name === "" || name === "NoneType" ? undefined : { name, code: 0 };
}

function readFunction(heap: Heap, address: number): Callable | undefined {
  const { memory, layout } = heap;
  const bytes = memory.read(address, layout.object.size + 96);
  if (bytes === undefined) return undefined;
  const field = (index: number): number => u64(bytes, layout.object.size + index * 8);
  // 3.10 moved names and code to the front.
  const [code, qualifiedName, module] = layout.minor >= 10 ? [field(4), field(3), field(11)] : [field(0), field(11), field(9)];
  const name = readString(heap, qualifiedName, longestName);
  const moduleName = readString(heap, module, longestName) ?? "";
  return name === undefined ? undefined : { name: moduleName === "" ? name : `${moduleName}.${name}`, code };
}

/** The object that a bound method belongs to; undefined for anything else. */
export function readMethodOwner(heap: Heap, address: number): number | undefined {
  return readTypeOf(heap, address)?.name === "method" ? readWord(heap.memory, address + heap.layout.object.size + 8) : undefined;
}

/** What a function closes over, as addresses; empty for anything else. */
export function readClosure(heap: Heap, address: number): number[] {
  const { memory, layout } = heap;
  if (readTypeOf(heap, address)?.name !== "function") return [];
  const closure = readWord(memory, address + layout.object.size + (layout.minor >= 10 ? 7 : 4) * 8) ?? 0;
  return closure === 0 ? [] : readSequence(heap, closure, mostCells).map((cell) => readWord(memory, cell + layout.object.size) ?? 0);
}
