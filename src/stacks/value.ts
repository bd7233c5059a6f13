// The model of one captured value: what a variable held at the moment it was read, bounded and redacted.
// Made by src/outside/values, carried as JSON, drawn by src/protocol/value-view.ts.

export const valueKinds = [
  // Scalars: `text` is the value.
  "none",
  "bool",
  "int",
  "float",
  "complex",
  "str",
  "bytes",
  "decimal",
  "uuid",
  "datetime",
  "date",
  "time",
  "timedelta",
  // Names: `text` is what it is called and where it stands.
  "function",
  "module",
  "type",
  "generator",
  "weak reference",
  // Values that hold others.
  "sequence",
  "set",
  "mapping",
  "instance",
  "exception",
  "enum",
  // Known by type and address alone.
  "opaque",
  // Stands inside itself: `text` says how far up.
  "cycle",
  // No value: a property, which is never run; a variable or slot that is not bound; memory that could not be read; what a limit left out.
  "property",
  "unbound",
  "unreadable",
  "left out",
] as const;

export type ValueKind = (typeof valueKinds)[number];

export interface Value {
  readonly kind: ValueKind;
  /** The type's name as Python tells it, with its module unless that is `builtins`; empty where there is no value. */
  readonly type: string;
  readonly text?: string | undefined;
  /** Items of a sequence or set, arguments of an exception. */
  readonly items?: readonly Value[] | undefined;
  readonly entries?: readonly ValueEntry[] | undefined;
  /** Attributes, slots, properties; the named items of a namedtuple. */
  readonly fields?: readonly ValueField[] | undefined;
  /** True where something was cut: `size` is then how much there is in truth, of what is shown in part. */
  readonly cut?: true | undefined;
  /** Characters of a str, bytes, digits of an int, items, entries; given where it was cut. */
  readonly size?: number | undefined;
  /** How many attributes there are in truth, where not all are in `fields`. */
  readonly fieldCount?: number | undefined;
  /** The rules that hid the value, or parts of its text. */
  readonly hidden?: string | undefined;
  /** True where a second look found something else. */
  readonly changed?: true | undefined;
  /** "0x7f…", of opaque values. */
  readonly address?: string | undefined;
}

export interface ValueEntry {
  readonly key: Value;
  readonly value: Value;
}

export interface ValueField {
  readonly name: string;
  readonly value: Value;
}

/** argument: given by the caller. cell: shared with a function inside. free: from the function around. comprehension: of one inside this function. namespace: a name of a module or class body. */
export const variableKinds = ["argument", "local", "cell", "free", "comprehension", "namespace"] as const;

export type VariableKind = (typeof variableKinds)[number];

export interface Variable {
  readonly name: string;
  readonly kind: VariableKind;
  readonly value: Value;
}

/** Most of each that one capture takes. */
export interface CaptureLimits {
  /** Levels of nesting: 1 shows a variable's own items, and of those only what they are. */
  readonly depth: number;
  /** Items of a sequence, set or mapping; variables of a frame. */
  readonly items: number;
  /** Attributes of an object. */
  readonly fields: number;
  /** Characters of a text. */
  readonly characters: number;
  /** Bytes of the whole capture, as JSON. */
  readonly sizeBytes: number;
  readonly durationMs: number;
}
