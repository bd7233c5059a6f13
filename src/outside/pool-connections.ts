// Which threads have a connection of SQLAlchemy's pool open: found in their frames' variables and `with` blocks, looked for only where a thread waits for one.
// Source: sqlalchemy/engine/base.py Connection of 1.4 and 2.0, whose `_dbapi_connection` is there until close().

import { u64 } from "../base/bytes.ts";
import { readAttribute } from "./dictionary.ts";
import { readFrameSlots } from "./frame-slots.ts";
import type { Heap } from "./heap.ts";
import type { ProcessSnapshot, ThreadSnapshot } from "./snapshot.ts";
import { readTypeOf } from "./type-facts.ts";

const framesNearWait = 10;
const framesSearched = 40;

/** Thread ids; empty where nobody waits for a connection. A connection behind another object (a session, an ORM) is not found. */
export function connectionHolders(heap: Heap, { threads }: ProcessSnapshot): number[] {
  const waits = ({ frames }: ThreadSnapshot): boolean =>
    frames.slice(0, framesNearWait).some(({ file }) => file.includes("/sqlalchemy/pool/"));
  if (!threads.some(waits)) return [];
  return threads.filter((thread) => !waits(thread) && holdsConnection(heap, thread)).map(({ tid }) => tid);
}

function holdsConnection(heap: Heap, { places }: ThreadSnapshot): boolean {
  return places.slice(0, framesSearched).some((place) => {
    const { variables, stack } = readFrameSlots(heap, place);
    return [...variables, ...stack].some((slot) => slot !== 0 && isOpenConnection(heap, slot));
  });
}

function isOpenConnection(heap: Heap, slot: number): boolean {
  const name = readTypeOf(heap, slot)?.name;
  if (name === "method") return isOpenConnection(heap, boundTo(heap, slot));
  if (name !== "Connection") return false;
  const inner = readAttribute(heap, slot, "_dbapi_connection");
  return inner !== undefined && inner !== heap.types.none;
}

// im_self of PyMethodObject comes second; what a method is bound to is no method.
function boundTo(heap: Heap, method: number): number {
  const bytes = heap.memory.read(method + heap.layout.object.size + 8, 8);
  const owner = bytes === undefined ? 0 : u64(bytes, 0);
  return owner === 0 || readTypeOf(heap, owner)?.name === "method" ? 0 : owner;
}
