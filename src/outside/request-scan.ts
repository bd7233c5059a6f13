// Looks through the variables of frames for a request: the WSGI environ or the ASGI scope, as itself or behind a framework's request object.
// One scanner per look: what it learnt of an address holds for that look only. First step of requests.ts.

import { u64 } from "../base/bytes.ts";
import { type Entry, readAttribute, readDictionary } from "./dictionary.ts";
import { holdsCode, readFrameSlots } from "./frame-slots.ts";
import { type Heap, typeAddressOf } from "./heap.ts";
import { readWord } from "./memory.ts";
import type { FramePlace } from "./raw-frame.ts";
import { readString } from "./strings.ts";
import { readType } from "./type-facts.ts";

/** A request as its server described it: the entries of the dict by name, each an address. */
export interface RequestObject {
  readonly kind: "WSGI" | "ASGI";
  readonly address: number;
  readonly entries: ReadonlyMap<string, number>;
}

export interface Scanner {
  readonly heap: Heap;
  /** Arguments, local variables and the contents of cells, as addresses; unbound ones are left out. */
  variablesOf(place: FramePlace): readonly number[];
  /** `tp_name` of an object's type; empty where there is no object. */
  typeNameOf(address: number): string;
  /** The request that an object is or holds. */
  requestIn(address: number): RequestObject | undefined;
}

export function openScanner(heap: Heap): Scanner {
  const typeNames = new Map<number, string>();
  // Most variables of a thousand tasks are the same few objects.
  const ofObjects = new Map<number, string>();
  const requests = new Map<number, RequestObject | undefined>();
  const scanner: Scanner = {
    heap,
    variablesOf: (place) =>
      holdsCode(heap, place)
        ? readFrameSlots(heap, place)
            .variables.map((slot) => uncelled(scanner, slot))
            .filter((slot) => slot !== 0)
        : [],
    typeNameOf: (address) => {
      const known = ofObjects.get(address);
      if (known !== undefined) return known;
      const type = typeAddressOf(heap, address) ?? 0;
      const name = typeNames.get(type) ?? readType(heap, type)?.name ?? "";
      typeNames.set(type, name);
      ofObjects.set(address, name);
      return name;
    },
    requestIn: (address) => {
      if (requests.has(address)) return requests.get(address);
      const found = lookInto(scanner, address);
      requests.set(address, found);
      return found;
    },
  };
  return scanner;
}

// ob_ref of PyCellObject comes first.
function uncelled({ heap, typeNameOf }: Scanner, slot: number): number {
  return slot !== 0 && typeNameOf(slot) === "cell" ? (readWord(heap.memory, slot + heap.layout.object.size) ?? 0) : slot;
}

// Request objects of Django, Starlette and Werkzeug, which a thread may hold without the dict itself being a variable.
const holders: Readonly<Record<string, string>> = {
  WSGIRequest: "environ",
  ASGIRequest: "scope",
  Request: "scope",
  HTTPConnection: "scope",
  WebSocket: "scope",
};

function lookInto({ heap, typeNameOf }: Scanner, address: number): RequestObject | undefined {
  if (typeAddressOf(heap, address) === heap.types.dictionary) return asRequest(heap, address);
  const attribute = holders[typeNameOf(address)];
  const inner = attribute === undefined ? undefined : (readAttribute(heap, address, attribute) ?? readAttribute(heap, address, "environ"));
  return inner !== undefined && typeAddressOf(heap, inner) === heap.types.dictionary ? asRequest(heap, inner) : undefined;
}

// wsgiref copies the process's environment into the environ, which makes it long.
const mostEntries = 2_000;
const fewestEntries = 4;
const longestKey = 200;

// PEP 3333 section "environ Variables"; ASGI specification 3.0, "Connection Scope".
function asRequest(heap: Heap, address: number): RequestObject | undefined {
  const used = heap.memory.read(address + heap.layout.dictionary.used, 8);
  if (used === undefined || u64(used, 0) < fewestEntries || u64(used, 0) > mostEntries) return undefined;
  const entries = readDictionary(heap, address, mostEntries);
  const keys = namesOf(heap, entries);
  if (keys.has("REQUEST_METHOD") && keys.has("wsgi.version")) return { kind: "WSGI", address, entries: keys };
  if (!keys.has("asgi")) return undefined;
  const type = readString(heap, keys.get("type") ?? 0, 16);
  return type === "http" || type === "websocket" ? { kind: "ASGI", address, entries: keys } : undefined;
}

function namesOf(heap: Heap, entries: readonly Entry[]): Map<string, number> {
  const names = new Map<string, number>();
  for (const { key, value } of entries) {
    const name = readString(heap, key, longestKey);
    // A key that is no str is no request's; the first few tell.
    if (name === undefined) break;
    names.set(name, value);
  }
  return names;
}
