// The variables of one frame: fast locals, cells and free variables of functions on every version, the names of module and class bodies.
// Source: f_localsplus of PyFrameObject (3.8 to 3.10), localsplus of _PyInterpreterFrame with co_localspluskinds (3.11 and later),
// _PyStackRef of 3.14 and later (Include/internal/pycore_stackref.h): tagged pointers, and small ints in place of pointers.

import { i32 } from "../../base/bytes.ts";
import type { Value, Variable } from "../../stacks/value.ts";
import { readDictionary } from "../dictionary.ts";
import { absent } from "../layout-type.ts";
import { readWord } from "../memory.ts";
import type { FramePlace } from "../raw-frame.ts";
import { hasFlag } from "../type-facts.ts";
import { readInnerSlots } from "./inner-frame-slots.ts";
import { readObjectSlots } from "./frame-object-slots.ts";
import type { VariableSlot } from "./variable-slot.ts";
import { keyText, plainText, subclassFlags, type Walk } from "./walk.ts";

export interface FrameVariables {
  readonly variables: readonly Variable[];
  /** How many there are in truth. */
  readonly count: number;
  /** The limit that left something out. */
  readonly reached: "size" | "time" | undefined;
}

/** CO_OPTIMIZED: the code of a function, whose variables are slots. Source: Include/cpython/code.h. */
const optimizedFlag = 0x1;
const mostNames = 20_000;
// What Python itself puts into every class body and module.
const bodyCells = new Set(["__class__", "__classdict__", "__conditional_annotations__"]);
const machinery = new Set(["__builtins__", "__cached__", "__doc__", "__loader__", "__package__", "__spec__"]);

/** Arguments first, then in the order of the code; undefined where the frame can't be read. */
export function readFrameVariables(walk: Walk, place: FramePlace): FrameVariables | undefined {
  const { memory, layout } = walk.heap;
  const code = memory.read(place.code, layout.code.size);
  const slots =
    code === undefined
      ? undefined
      : layout.frame.localsPlus === absent
        ? readObjectSlots(walk, place, code)
        : readInnerSlots(walk, place, code);
  if (code === undefined || slots === undefined) return undefined;
  const optimized = (i32(code, layout.code.flags) & optimizedFlag) !== 0;
  const all = optimized ? slots : [...slots.filter(({ name }) => !bodyCells.has(name)), ...readNamespace(walk, place)];
  const read = readAgainWithTheRest(walk, readInTurn(walk, all.slice(0, walk.limits.items)));
  return {
    count: all.length,
    variables: walk.secrets.hideIn(
      read.map(({ variable }) => variable),
      walk.redactor,
    ),
    reached: read.map(({ reached }) => reached).find((limit) => limit !== undefined),
  };
}

interface ReadVariable {
  readonly slot: VariableSlot;
  readonly variable: Variable;
  readonly sizeBytes: number;
  readonly reached: "size" | "time" | undefined;
}

// Each may take an equal share of what the others before it left.
function readInTurn(walk: Walk, slots: readonly VariableSlot[]): ReadVariable[] {
  return slots.map((slot, index) => readOne(walk, slot, slots.length - index));
}

// Those whose share was too small get what nobody else needed.
function readAgainWithTheRest(walk: Walk, read: readonly ReadVariable[]): ReadVariable[] {
  let short = read.filter(({ reached }) => reached === "size").length;
  return read.map((one) => {
    if (one.reached !== "size") return one;
    walk.budget.giveBack(one.sizeBytes);
    const again = readOne(walk, one.slot, short);
    short -= 1;
    return again;
  });
}

function readOne(walk: Walk, slot: VariableSlot, parts: number): ReadVariable {
  walk.budget.begin(parts);
  const name = plainText(walk, slot.name);
  walk.budget.take(name.length + 50);
  const variable = { name, kind: slot.kind, value: toValue(walk, slot) };
  return { slot, variable, ...walk.budget.part };
}

function toValue(walk: Walk, { name, content }: VariableSlot): Value {
  if (content === undefined) return { kind: "unbound", type: "" };
  const rule = walk.redactor.hidesName(name);
  if (typeof content === "number") return walk.read(content, { depth: walk.limits.depth, above: [], rule });
  const { text, redactions } =
    rule === undefined ? walk.redactor.redactText(content.toString()) : walk.redactor.hide(rule, content.toString());
  return {
    kind: "int",
    type: "int",
    text,
    ...(redactions.length === 0 ? {} : { hidden: redactions.map((redaction) => redaction.rule).join(", ") }),
  };
}

function readNamespace(walk: Walk, { address }: FramePlace): VariableSlot[] {
  const { memory, layout } = walk.heap;
  const offset = layout.frame.namespace === absent ? layout.frameObject.namespace : layout.frame.namespace;
  const namespace = readWord(memory, address + offset) ?? 0;
  const type = namespace === 0 ? undefined : walk.types.typeOf(namespace);
  if (type === undefined) return [];
  // exec() and metaclasses may give any mapping for a namespace.
  if (!hasFlag(type.facts, subclassFlags.dictionary)) return [{ name: "(namespace)", kind: "namespace", content: namespace }];
  return readDictionary(walk.heap, namespace, mostNames).flatMap(({ key, value }) => {
    const name = keyText(walk, key);
    return name === undefined || machinery.has(name) ? [] : [{ name, kind: "namespace" as const, content: value }];
  });
}
