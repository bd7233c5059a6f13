// Which server a task of asyncio waits for, from what its client library keeps in the frames that wait. A task has no system call of its own to ask.
// Source: asyncpg/connection.py `_addr` of 0.24 to 0.32, a path or (host, port); psycopg/waiting.py wait_async of 3.0 to 3.3, whose `fileno` is the socket.

import { serverAskedBy } from "../stacks/client-places.ts";
import { shortFile } from "../stacks/origin.ts";
import { readFrameSlots } from "./frame-slots.ts";
import type { Heap } from "./heap.ts";
import { readInteger } from "./integers.ts";
import { wordsOf } from "./object-words.ts";
import { readDescriptor } from "./proc/fd.ts";
import type { SocketTable } from "./proc/net.ts";
import type { FramePlace } from "./raw-frame.ts";
import { readSequence } from "./sequences.ts";
import { readString } from "./strings.ts";
import type { LoopSnapshot, TaskSnapshot } from "./tasks.ts";
import { hasFlag, readTypeOf, typeFlags } from "./type-facts.ts";

const mostTasks = 200;
const framesSearched = 12;
const longestName = 256;

/** "10.0.0.5:5432", or the path of a unix socket, by address of the task; a task without one is not in it. */
export function readTaskPeers(heap: Heap, pid: number, loops: readonly LoopSnapshot[], sockets: SocketTable): Map<number, string> {
  const asking = loops.flatMap(({ tasks }) => tasks).filter(({ frames }) => serverAskedBy(frames) !== undefined);
  return new Map(
    asking.slice(0, mostTasks).flatMap((task): [number, string][] => {
      const peer = ofDescriptor(heap, pid, task, sockets) ?? ofConnection(heap, task);
      return peer === undefined ? [] : [[task.address, peer]];
    }),
  );
}

function ofDescriptor(heap: Heap, pid: number, { frames, places }: TaskSnapshot, sockets: SocketTable): string | undefined {
  const place = places[frames.findIndex(({ file, function: name }) => shortFile(file) === "psycopg/waiting.py" && name === "wait_async")];
  const number = place === undefined ? undefined : readInteger(heap, readFrameSlots(heap, place).variables[1] ?? 0);
  const descriptor = number === undefined ? undefined : readDescriptor(pid, Number(number));
  return typeof descriptor === "object" && descriptor.kind === "socket" ? sockets.find(descriptor.inode)?.peer : undefined;
}

function ofConnection(heap: Heap, { frames, places }: TaskSnapshot): string | undefined {
  for (const [index, place] of places.slice(0, framesSearched).entries()) {
    if (!shortFile(frames[index]?.file ?? "").startsWith("asyncpg/")) continue;
    const found = addressIn(heap, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

// A prepared statement has the connection; the connection has its address in a slot.
function addressIn(heap: Heap, place: FramePlace): string | undefined {
  const [self] = readFrameSlots(heap, place).variables;
  const type = self === undefined || self === 0 ? undefined : readTypeOf(heap, self);
  if (self === undefined || type === undefined) return undefined;
  const words = wordsOf(heap, self, type.basicSize);
  const connections = type.name === "Connection" ? [words] : words.flatMap((word) => connectionWords(heap, word));
  return connections
    .flat()
    .map((word) => addressText(heap, word))
    .find((text) => text !== undefined);
}

function connectionWords(heap: Heap, word: number): number[][] {
  const type = readTypeOf(heap, word);
  return type?.name === "Connection" ? [wordsOf(heap, word, type.basicSize)] : [];
}

function addressText(heap: Heap, word: number): string | undefined {
  const type = readTypeOf(heap, word);
  if (type === undefined) return undefined;
  if (type.name === "str") {
    const path = readString(heap, word, longestName);
    return path !== undefined && /^\/.*\/\.s\.PGSQL\.\d+$/.test(path) ? path : undefined;
  }
  if (type.name !== "tuple" || !hasFlag(type, typeFlags.tuple)) return undefined;
  const [host = 0, port = 0, ...more] = readSequence(heap, word, 3);
  const name = readString(heap, host, longestName);
  const number = readInteger(heap, port);
  return name === undefined || number === undefined || more.length > 0 ? undefined : `${name.includes(":") ? `[${name}]` : name}:${number}`;
}
