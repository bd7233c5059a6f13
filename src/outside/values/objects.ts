// Objects by what they hold: instances of classes, exceptions, enum members, UUIDs.
// Source: Include/cpython/pyerrors.h (PyBaseExceptionObject), Lib/enum.py (_name_, _value_), Lib/uuid.py (int).

import type { Value, ValueField } from "../../stacks/value.ts";
import { readInteger } from "../integers.ts";
import { readWord } from "../memory.ts";
import { readSequence } from "../sequences.ts";
import { readText } from "../strings.ts";
import { hasFlag } from "../type-facts.ts";
import { findOwnAttribute, readAttributeFields } from "./attributes.ts";
import { hex, hiddenValue, hidingRule, inside, type Subject, subclassFlags, textValue, type Walk } from "./walk.ts";

const uuidDigits = 32;

/** An object whose attributes are known; one without any is told by its type and address. */
export function readInstance(walk: Walk, subject: Subject): Value {
  const type = subject.type.name;
  const rule = hidingRule(subject);
  if (rule !== undefined) return hiddenValue(walk, "instance", type, rule);
  const { fields, fieldCount } = subject.type.python ? readAttributeFields(walk, subject) : { fields: [], fieldCount: 0 };
  if (fieldCount === 0)
    return { kind: subject.type.python && subject.type.native === "object" ? "instance" : "opaque", type, address: hex(subject.address) };
  return { kind: "instance", type, fields, ...(fields.length < fieldCount ? { cut: true as const, fieldCount } : {}) };
}

/** Its arguments, then its attributes and what it was raised from. */
export function readException(walk: Walk, subject: Subject): Value {
  const type = subject.type.name;
  const rule = hidingRule(subject);
  if (rule !== undefined) return hiddenValue(walk, "exception", type, rule);
  const { exception } = walk.heap.layout;
  const word = (offset: number): number => readWord(walk.heap.memory, subject.address + offset) ?? 0;
  const found = readSequence(walk.heap, word(exception.arguments), walk.limits.items + 1);
  const shown = subject.place.depth > 0 ? found.slice(0, walk.limits.items) : [];
  const items = shown.map((argument) => walk.read(argument, inside(subject)));
  const { fields, fieldCount } = readAttributeFields(walk, subject, causeOf(word(exception.cause), word(exception.context)));
  const left = found.length > shown.length || fields.length < fieldCount;
  return {
    kind: "exception",
    type,
    items,
    ...(fieldCount === 0 ? {} : { fields }),
    ...(left ? { cut: true as const, size: Math.max(found.length, items.length) } : {}),
    ...(fields.length < fieldCount ? { fieldCount } : {}),
  };
}

function causeOf(cause: number, context: number): { name: string; address: number }[] {
  if (cause !== 0) return [{ name: "__cause__", address: cause }];
  return context === 0 ? [] : [{ name: "__context__", address: context }];
}

/** Its name and value; undefined where it has neither, as while the class is being made. */
export function readEnumMember(walk: Walk, subject: Subject): Value | undefined {
  const address = findOwnAttribute(walk, subject, "_value_");
  if (address === undefined) return undefined;
  const nameAddress = findOwnAttribute(walk, subject, "_name_");
  const nameType = nameAddress === undefined ? undefined : walk.types.typeOf(nameAddress);
  const isText = nameType !== undefined && hasFlag(nameType.facts, subclassFlags.string);
  const name = isText && nameAddress !== undefined ? readText(walk.heap, nameAddress, 256)?.text : undefined;
  const member = textValue(walk, subject, { kind: "enum", raw: name ?? "", size: name?.length ?? 0 });
  if (member.hidden !== undefined) return member;
  const fields: ValueField[] = [{ name: "value", value: walk.read(address, inside(subject)) }];
  return { ...member, fields };
}

/** uuid.UUID in its usual form; undefined where its number is not found. */
export function readUuid(walk: Walk, subject: Subject): Value | undefined {
  const address = findOwnAttribute(walk, subject, "int");
  const number = address === undefined ? undefined : readInteger(walk.heap, address, 5);
  if (number === undefined || number < 0n) return undefined;
  const digits = number.toString(16).padStart(uuidDigits, "0");
  const raw = digits.length === uuidDigits ? digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") : digits;
  return textValue(walk, subject, { kind: "uuid", raw, size: raw.length });
}
