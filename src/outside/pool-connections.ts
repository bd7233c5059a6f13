// Who has a connection of a pool open: threads and tasks, found in their frames' variables and `with` blocks, looked for only where one waits for a pool.
// Source: sqlalchemy/engine/base.py Connection, orm/session.py Session and ext/asyncio of 1.4 to 2.1, psycopg_pool/pool.py getconn of 3.1 to 3.3,
// asyncpg/pool.py PoolConnectionProxy and PoolAcquireContext of 0.24 to 0.32.

import { u64 } from "../base/bytes.ts";
import { isPoolWait } from "../stacks/client-places.ts";
import type { Frame } from "../stacks/model.ts";
import { readAttribute, readDictionary } from "./dictionary.ts";
import { readFrameSlots } from "./frame-slots.ts";
import type { Heap } from "./heap.ts";
import { wordsOf } from "./object-words.ts";
import type { FramePlace } from "./raw-frame.ts";
import { readTypeOf } from "./type-facts.ts";

const framesSearched = 40;

/** A thread's or a task's stack, innermost frame first. */
export interface SearchedStack {
  readonly frames: readonly Frame[];
  readonly places: readonly FramePlace[];
}

/** Those of the stacks that have a connection open; empty where none of them waits for one. A connection behind an object of another kind is not found. */
export function connectionHolders<T extends SearchedStack>(heap: Heap, stacks: readonly T[]): T[] {
  const free = stacks.filter(({ frames }) => !isPoolWait(frames));
  return free.length === stacks.length ? [] : free.filter((stack) => holdsConnection(heap, stack));
}

function holdsConnection(heap: Heap, { places }: SearchedStack): boolean {
  return places.slice(0, framesSearched).some((place) => {
    const { variables, stack } = readFrameSlots(heap, place);
    return [...variables, ...stack].some((slot) => slot !== 0 && isOpenConnection(heap, slot, 0));
  });
}

// A method that closes it, an asynchronous cover, what it covers.
const deepestCover = 3;

function isOpenConnection(heap: Heap, address: number, depth: number): boolean {
  const type = depth > deepestCover ? undefined : readTypeOf(heap, address);
  const within = (object: number | undefined): boolean => object !== undefined && isOpenConnection(heap, object, depth + 1);
  switch (type?.name) {
    case "method":
      return within(boundTo(heap, address));
    case "Connection":
      return isSet(heap, address, "_dbapi_connection") || isSet(heap, address, "_pool");
    case "AsyncConnection":
      return isSet(heap, address, "_pool") || wordsOf(heap, address, type.basicSize).some(within);
    case "Session":
      return sessionConnects(heap, address);
    case "AsyncSession":
      return within(readAttribute(heap, address, "sync_session"));
    // Both have slots; the first of them holds asyncpg's connection, and nothing once it went back.
    case "PoolConnectionProxy":
      return wordsOf(heap, address, type.basicSize).some((word) => readTypeOf(heap, word)?.name === "Connection");
    case "PoolAcquireContext":
      return wordsOf(heap, address, type.basicSize).some((word) => readTypeOf(heap, word)?.name === "PoolConnectionProxy" && within(word));
    default:
      return false;
  }
}

function isSet(heap: Heap, address: number, name: string): boolean {
  const value = readAttribute(heap, address, name);
  return value !== undefined && value !== heap.types.none;
}

// A session takes a connection at its first statement and keeps it to the end of its transaction.
function sessionConnects(heap: Heap, session: number): boolean {
  const transaction = readAttribute(heap, session, "_transaction");
  const connections = transaction === undefined ? undefined : readAttribute(heap, transaction, "_connections");
  return connections !== undefined && readDictionary(heap, connections, 1).length > 0;
}

// im_self of PyMethodObject comes second; what a method is bound to is no method.
function boundTo(heap: Heap, method: number): number | undefined {
  const bytes = heap.memory.read(method + heap.layout.object.size + 8, 8);
  const owner = bytes === undefined ? 0 : u64(bytes, 0);
  return owner === 0 || readTypeOf(heap, owner)?.name === "method" ? undefined : owner;
}
