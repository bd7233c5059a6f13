// Whether the type of a value is enough to hide it: SecretStr, private keys, cookies, credentials.
// Asked by whoever draws a value before the value itself is looked at.

import { types } from "./rules.ts";

const exactTypes = new Set(types.exact);

/**
 * The rule that hides every value of this type (`type: SecretStr`), or undefined.
 * `typeName` is a Python type with or without its module; rules without a module hold for any.
 */
export function typeRule(typeName: string): string | undefined {
  const bounded = typeName.slice(-512);
  if (exactTypes.has(bounded)) return `type: ${bounded}`;
  const last = bounded.slice(bounded.lastIndexOf(".") + 1).replace(/\[.*$/s, "");
  if (exactTypes.has(last)) return `type: ${last}`;
  const compact = last.replaceAll("_", "").toLowerCase();
  const word = types.contains.find((entry) => compact.includes(entry));
  return word === undefined ? undefined : `type: ${word}`;
}
