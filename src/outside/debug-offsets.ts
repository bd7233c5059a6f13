// A layout completed from the target's own table of offsets (CPython 3.13 and later), since offsets drift within 3.13 and 3.14.
// Stands between the interpreter's discovery and everything that reads structures.

import { u64 } from "../base/bytes.ts";
import { absent, type Layout } from "./layout-type.ts";
import { debugOffsetPositions } from "./layouts/debug-offset-positions.ts";
import type { Memory } from "./memory.ts";

/** First eight bytes of _PyRuntime from 3.13 on. Source: Include/internal/pycore_debug_offsets.h, _Py_Debug_Cookie. */
export const debugCookie = "xdebugpy";

export interface DebugOffsetsHead {
  /** PY_VERSION_HEX of the target. */
  readonly versionHex: number;
  readonly freeThreaded: boolean;
}

const tableSize = 888;
// No field of a structure lies beyond this; PyInterpreterState, the largest, has some 400 KB.
const largestOffset = 16 * 1024 * 1024;

/** The head of the table at `runtime`, or undefined where there is none (3.12 and earlier). */
export function readDebugOffsetsHead(memory: Memory, runtime: number): DebugOffsetsHead | undefined {
  const bytes = memory.read(runtime, 24);
  if (bytes === undefined || bytes.toString("latin1", 0, 8) !== debugCookie) return undefined;
  return { versionHex: u64(bytes, 8), freeThreaded: u64(bytes, 16) !== 0 };
}

/**
 * The layout with every offset that the target's table names. Offsets that the table does not name and that lie in
 * PyInterpreterState behind its `gc` move with `modules` (seen from 3.14.0 to 3.14.10). Undefined where the table can't be read.
 */
export function completeLayout(memory: Memory, runtime: number, known: Layout): Layout | undefined {
  const bytes = memory.read(runtime, tableSize);
  if (bytes === undefined) return undefined;
  const found = new Map<string, number>();
  for (const [field, positions] of Object.entries(debugOffsetPositions)) {
    const position = positions[known.minor - 13] ?? 0;
    const value = position === 0 ? absent : u64(bytes, position);
    if (position !== 0 && value <= largestOffset) found.set(field, value);
  }
  return applyOffsets(known, found);
}

function applyOffsets(known: Layout, found: ReadonlyMap<string, number>): Layout {
  const groups: Record<string, unknown> = {};
  for (const [group, fields] of Object.entries(known)) {
    groups[group] = typeof fields === "object" ? overrideGroup(group, fields, found) : fields;
  }
  const layout = groups as unknown as Layout;
  const gcCollecting = (found.get("interpreter.gc") ?? absent) + (found.get("gc.collecting") ?? absent);
  const drift = layout.interpreter.modules - known.interpreter.modules;
  const tasksHead = known.interpreter.asyncioTasksHead;
  return {
    ...layout,
    interpreter: { ...layout.interpreter, gcCollecting, asyncioTasksHead: tasksHead === absent ? absent : tasksHead + drift },
  };
}

function overrideGroup(group: string, fields: Record<string, number>, found: ReadonlyMap<string, number>): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const [field, offset] of Object.entries(fields)) {
    const value = found.get(`${group}.${field}`);
    // A zero means "not in this build" for fields that only free-threaded builds have.
    const missing = value === undefined || (value === 0 && offset === absent);
    merged[field] = missing ? offset : value;
  }
  return merged;
}
