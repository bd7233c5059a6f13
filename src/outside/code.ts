// Code objects: which function, which file, which line. Read once, kept by address, and looked at again before each new use,
// since a freed code object's address, and those of its name and file, are soon another's. Source: Include/cpython/code.h of each version.

import { i32, u32, u64 } from "../base/bytes.ts";
import type { Frame } from "../stacks/model.ts";
import type { Heap } from "./heap.ts";
import { absent, type Layout } from "./layout-type.ts";
import { positionAt } from "./line-table.ts";
import { createReadPlan, type ReadPlan } from "./read-plan.ts";
import { readBytes, readString } from "./strings.ts";

export interface Code {
  readonly address: number;
  readonly function: string;
  readonly file: string;
  readonly firstLine: number;
  /** Instructions before this many bytes set the frame up; Python hides frames that are still there. 0 before 3.11. */
  readonly firstTraceable: number;
  readonly lineTable: Buffer;
}

interface Kept {
  readonly code: Code;
  readonly identity: string;
  /** By instruction; the same frame for every stack that stands there. */
  readonly frames: Map<number, Frame>;
  epoch: number;
}

/** Code objects seen so far. `epoch` grows with every snapshot; an entry of an earlier epoch is verified before it is used. */
export interface CodeCache {
  epoch: number;
  readonly kept: Map<number, Kept>;
  /** Where the code objects and their texts lay, and the frames that led to them. */
  readonly plan: ReadPlan;
  readonly framePlan: ReadPlan;
}

const largestLineTable = 4 * 1024 * 1024;
const mostKept = 100_000;

export function createCodeCache(): CodeCache {
  return { epoch: 0, kept: new Map(), plan: createReadPlan(), framePlan: createReadPlan() };
}

/**
 * The code object at `address`; undefined where the memory there is none, or changed while it was read.
 * One that is known is compared with `checked`, which may show copies as long as they are younger than whatever led to the address.
 */
export function readCode(heap: Heap, cache: CodeCache, address: number, checked = heap): Code | undefined {
  return keptCode(heap, cache, address, checked)?.code;
}

function keptCode(heap: Heap, cache: CodeCache, address: number, checked: Heap): Kept | undefined {
  const known = cache.kept.get(address);
  if (known !== undefined && (known.epoch === cache.epoch || isStill(checked, known))) {
    known.epoch = cache.epoch;
    return known;
  }
  const head = heap.memory.read(address, heap.layout.code.size);
  const identity = head === undefined ? undefined : identityOf(heap, head);
  if (head === undefined || identity === undefined) return undefined;
  const code = readFields(heap, address, head);
  const again = heap.memory.read(address, heap.layout.code.size);
  if (code === undefined || again === undefined || identityOf(heap, again) !== identity || !isSame(code, readFields(heap, address, again)))
    return undefined;
  return keep(cache, { code, identity, frames: new Map(), epoch: cache.epoch });
}

function isStill(heap: Heap, { code, identity }: Kept): boolean {
  const head = heap.memory.read(code.address, heap.layout.code.size);
  return head !== undefined && identityOf(heap, head) === identity && hasTexts(heap, head, code);
}

function keep(cache: CodeCache, entry: Kept): Kept {
  if (cache.kept.size >= mostKept) cache.kept.clear();
  cache.kept.set(entry.code.address, entry);
  return entry;
}

// The fields that tell one code object from the next at the same address; counters and caches in it change while it lives.
function identityOf({ layout, types }: Heap, head: Buffer): string | undefined {
  if (u64(head, layout.object.type) !== types.code || !isAlive(layout, head)) return undefined;
  const { fileName, name, lineTable, firstLine } = layout.code;
  return `${u64(head, fileName)} ${u64(head, name)} ${u64(head, lineTable)} ${i32(head, firstLine)}`;
}

// A freed object keeps its type and fields until its memory is used again, but not its count of references: the allocator's link, an address
// or 0, is written over it (Objects/obmalloc.c). Counts fit 32 bits; from 3.14 on flags stand in the highest 16 (Include/refcount.h).
function isAlive({ freeThreaded }: Layout, head: Buffer): boolean {
  return freeThreaded || (u32(head, 0) > 0 && head.readUInt16LE(4) === 0);
}

// Short-lived code objects follow each other at one address with name and file at the same places too.
function hasTexts(heap: Heap, head: Buffer, code: Code): boolean {
  return (
    readString(heap, u64(head, nameOffset(heap))) === code.function && readString(heap, u64(head, heap.layout.code.fileName)) === code.file
  );
}

function isSame(code: Code, other: Code | undefined): boolean {
  return code.function === other?.function && code.file === other.file && code.lineTable.equals(other.lineTable);
}

function nameOffset({ layout: { code } }: Heap): number {
  return code.qualifiedName === absent ? code.name : code.qualifiedName;
}

function readFields(heap: Heap, address: number, head: Buffer): Code | undefined {
  const offsets = heap.layout.code;
  const name = readString(heap, u64(head, nameOffset(heap)));
  const file = readString(heap, u64(head, offsets.fileName));
  const lineTable = readBytes(heap, u64(head, offsets.lineTable), largestLineTable);
  if (name === undefined || file === undefined || lineTable === undefined) return undefined;
  return {
    address,
    function: name,
    file,
    firstLine: i32(head, offsets.firstLine),
    firstTraceable: offsets.firstTraceable === absent ? 0 : i32(head, offsets.firstTraceable) * 2,
    lineTable,
  };
}

/** The frame of the model for an instruction of a code object, given as byte offset; `line` overrides the table (a traced frame of 3.10 and earlier). */
export function frameOf({ heap, codes }: { heap: Heap; codes: CodeCache }, code: Code, instruction: number, line: number): Frame {
  if (line > 0) return { function: code.function, file: code.file, line };
  const frames = codes.kept.get(code.address)?.frames;
  const known = frames?.get(instruction);
  if (known !== undefined) return known;
  const position = positionAt({ minor: heap.layout.minor, firstLine: code.firstLine, bytes: code.lineTable }, instruction);
  const frame = { function: code.function, file: code.file, ...position };
  frames?.set(instruction, frame);
  return frame;
}
