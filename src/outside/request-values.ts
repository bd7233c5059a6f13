// The values of one request: path, query, headers, client and user. Level capture: every text passes the redactor, whole, before it is cut.
// Source: PEP 3333 (texts are bytes as latin-1), ASGI specification 3.0 "HTTP Connection Scope".

import type { Redactor } from "../redaction/redactor.ts";
import { u64 } from "../base/bytes.ts";
import { readAttribute } from "./dictionary.ts";
import type { Heap } from "./heap.ts";
import { readInteger } from "./integers.ts";
import type { InFlight } from "./requests.ts";
import { readSequence } from "./sequences.ts";
import { readString } from "./strings.ts";
import { readTypeOf } from "./type-facts.ts";

export interface RequestValues {
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** How many headers there are. */
  readonly headerCount: number;
  /** "10.0.0.7:51234". */
  readonly client: string;
  readonly user: string;
  /** A Celery task's id. */
  readonly id: string;
}

const longestRead = 16_385;
const longestPath = 500;
const longestQuery = 1_000;
const longestHeader = 256;
const longestName = 100;
const mostHeaders = 100;

/** Empty texts stand for what the server did not say, or what can't be read. */
export function readRequestValues(heap: Heap, request: InFlight, redactor: Redactor): RequestValues {
  const shown = (text: string, limit: number): string => redactor.redactAndCut(text, limit).text;
  const raw =
    request.object === undefined
      ? { ...nothing, id: textOf(heap, request.idAddress) }
      : request.object.kind === "WSGI"
        ? fromEnviron(heap, request.object.entries)
        : fromScope(heap, request.object.entries);
  const user = raw.user === "" ? djangoUser(heap, request) : raw.user;
  return {
    path: shown(raw.path, longestPath),
    query: shown(raw.query, longestQuery),
    headers: raw.headers
      .slice(0, mostHeaders)
      .map(({ name, value }) => ({ name: shown(name, longestName), value: headerValue(redactor, name, value) })),
    headerCount: raw.headers.length,
    client: shown(raw.client, longestName),
    user: shown(user, longestName),
    id: shown(raw.id, longestName),
  };
}

function headerValue(redactor: Redactor, name: string, value: string): string {
  const rule = redactor.hidesName(name);
  return rule === undefined ? redactor.redactAndCut(value, longestHeader).text : redactor.hide(rule, value).text;
}

interface RawValues {
  readonly path: string;
  readonly query: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly client: string;
  readonly user: string;
  readonly id: string;
}

const nothing: RawValues = { path: "", query: "", headers: [], client: "", user: "", id: "" };

function fromEnviron(heap: Heap, entries: ReadonlyMap<string, number>): RawValues {
  const text = (name: string): string => bytesAsText(textOf(heap, entries.get(name) ?? 0));
  const headers = [...entries.keys()]
    .filter((name) => /^(HTTP_|CONTENT_(TYPE|LENGTH)$)/.test(name))
    .map((name) => ({
      name: name
        .replace(/^HTTP_/, "")
        .replaceAll("_", "-")
        .toLowerCase(),
      value: text(name),
    }));
  const port = text("REMOTE_PORT");
  return {
    path: text("SCRIPT_NAME") + text("PATH_INFO"),
    query: text("QUERY_STRING"),
    headers,
    client: text("REMOTE_ADDR") + (port === "" ? "" : `:${port}`),
    user: text("REMOTE_USER"),
    id: "",
  };
}

// What is UTF-8 all the way is shown as that.
function bytesAsText(text: string): string {
  const bytes = Buffer.from(text, "latin1");
  const decoded = bytes.toString("utf8");
  return decoded.includes("\ufffd") ? text : decoded;
}

function fromScope(heap: Heap, entries: ReadonlyMap<string, number>): RawValues {
  const at = (name: string): number => entries.get(name) ?? 0;
  const pairs = readSequence(heap, at("headers"), 1_000).map((pair) => readSequence(heap, pair, 2));
  const headers = pairs
    .map(([name = 0, value = 0]) => ({ name: bytesOf(heap, name), value: bytesOf(heap, value) }))
    .filter(({ name }) => name !== "");
  const [host = 0, port = 0] = readSequence(heap, at("client"), 2);
  const portNumber = readInteger(heap, port);
  const client = textOf(heap, host) + (portNumber === undefined ? "" : `:${portNumber}`);
  return {
    path: textOf(heap, at("path")),
    query: bytesOf(heap, at("query_string")),
    headers,
    client,
    user: userName(heap, at("user")),
    id: "",
  };
}

function userName(heap: Heap, user: number): string {
  for (const name of ["username", "email"]) {
    const found = user === 0 ? undefined : readAttribute(heap, user, name);
    const text = found === undefined ? "" : textOf(heap, found);
    if (text !== "") return text;
  }
  return "";
}

// django.contrib.auth keeps the user on the request once somebody asked for it.
function djangoUser(heap: Heap, { requestObject }: InFlight): string {
  const user = requestObject === 0 ? undefined : readAttribute(heap, requestObject, "_cached_user");
  return user === undefined ? "" : userName(heap, user);
}

function textOf(heap: Heap, address: number): string {
  return address === 0 ? "" : (readString(heap, address, longestRead) ?? "");
}

function bytesOf(heap: Heap, address: number): string {
  if (address === 0 || readTypeOf(heap, address)?.name !== "bytes") return "";
  const size = heap.memory.read(address + heap.layout.object.variableSize, 8);
  const bytes = size === undefined ? undefined : heap.memory.read(address + heap.layout.bytes.value, Math.min(u64(size, 0), longestRead));
  return bytes === undefined ? "" : bytesAsText(bytes.toString("latin1"));
}
