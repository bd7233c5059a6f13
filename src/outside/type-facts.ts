// Facts of a type object: its name, flags and where its instances keep their attributes. Source: Include/cpython/object.h.

import { i64, u64, zeroTerminated } from "../base/bytes.ts";
import { typeAddressOf, type Heap } from "./heap.ts";

export interface TypeFacts {
  readonly address: number;
  /** As `tp_name` has it: "coroutine", "_asyncio.Task", for classes written in Python the bare name. */
  readonly name: string;
  readonly flags: number;
  readonly basicSize: number;
  readonly dictionaryOffset: number;
}

/** Bits of tp_flags. Source: Include/object.h. */
export const typeFlags = { inlineValues: 2, managedDictionary: 4, integer: 24, list: 25, tuple: 26 } as const;

const longestNameBytes = 128;

/** The facts of the type at `address`; undefined where the memory there is no type object. */
export function readType(heap: Heap, address: number): TypeFacts | undefined {
  const { memory, layout, types } = heap;
  const bytes = memory.read(address, layout.type.dictionaryOffset + 8);
  if (bytes === undefined) return undefined;
  const metatype = u64(bytes, layout.object.type);
  // A metaclass of the application is a type whose own type is `type` or a subclass again; one step is enough to reject noise.
  if (metatype !== types.type && typeAddressOf(heap, metatype) !== types.type) return undefined;
  const name = readTypeName(heap, u64(bytes, layout.type.name));
  if (name === undefined) return undefined;
  return {
    address,
    name,
    flags: u64(bytes, layout.type.flags),
    basicSize: i64(bytes, layout.type.basicSize),
    dictionaryOffset: i64(bytes, layout.type.dictionaryOffset),
  };
}

function readTypeName({ memory }: Heap, address: number): string | undefined {
  const bytes = memory.read(address, longestNameBytes) ?? memory.read(address, 16);
  return bytes === undefined ? undefined : Buffer.from(zeroTerminated(bytes), "latin1").toString("utf8");
}

/** The facts of the type of the object at `address`. */
export function readTypeOf(heap: Heap, address: number): TypeFacts | undefined {
  const type = typeAddressOf(heap, address);
  return type === undefined ? undefined : readType(heap, type);
}

export function hasFlag(type: TypeFacts, bit: number): boolean {
  return Math.floor(type.flags / 2 ** bit) % 2 === 1;
}
