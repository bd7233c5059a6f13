// A value that its name or type hid may stand elsewhere under a harmless name (`kept = (password, user)`): there it is hidden too, by the same rule.
// The last step over the variables of a frame, since the harmless place may come first.

import type { Redactor } from "../../redaction/redactor.ts";
import type { Value, Variable } from "../../stacks/value.ts";

export interface KnownSecrets {
  /** Remembers a text that a rule hid as a whole. */
  add(text: string, rule: string): void;
  /** The variables without those texts, wherever they stood. */
  hideIn(variables: readonly Variable[], redactor: Redactor): Variable[];
}

const mostSecrets = 200;
const longestSecret = 4_096;
const shortestSecret = 8;
// A text that was cut may end with the beginning of a secret.
const shortestBeginning = 4;

export function createKnownSecrets(): KnownSecrets {
  const rules = new Map<string, string>();
  return {
    add: (text, rule) => {
      if (rules.size < mostSecrets && isTelling(text)) rules.set(text, rule);
    },
    hideIn: (variables, redactor) => {
      if (rules.size === 0) return [...variables];
      const secrets = [...rules].map(([text, rule]) => ({ text, rule })).toSorted((one, other) => other.text.length - one.text.length);
      return variables.map((variable) => ({ ...variable, value: hideInValue(variable.value, secrets, redactor) }));
    },
  };
}

interface Secret {
  readonly text: string;
  readonly rule: string;
}

// Plain words ("production"), numbers and addresses ("10.0.0.7") are hidden where their name says so and nowhere else.
function isTelling(text: string): boolean {
  return text.length >= shortestSecret && text.length <= longestSecret && !/^[A-Za-z_ -]*$/.test(text) && !/^[\d.:, -]*$/.test(text);
}

function hideInValue(value: Value, secrets: readonly Secret[], redactor: Redactor): Value {
  const { items, entries, fields } = value;
  return {
    ...hideInOwnText(value, secrets, redactor),
    ...(items === undefined ? {} : { items: items.map((item) => hideInValue(item, secrets, redactor)) }),
    ...(entries === undefined
      ? {}
      : {
          entries: entries.map((entry) => ({
            key: hideInValue(entry.key, secrets, redactor),
            value: hideInValue(entry.value, secrets, redactor),
          })),
        }),
    ...(fields === undefined
      ? {}
      : {
          fields: fields.map(({ name, value: inner }) => ({
            name: secrets.reduce((text, secret) => replaceAll(text, secret, redactor), name),
            value: hideInValue(inner, secrets, redactor),
          })),
        }),
  };
}

function hideInOwnText(value: Value, secrets: readonly Secret[], redactor: Redactor): Value {
  if (value.text === undefined) return value;
  const hiddenBy = new Set<string>();
  let { text } = value;
  for (const secret of secrets) {
    const shown =
      value.cut === true ? replaceBeginning(replaceAll(text, secret, redactor), secret, redactor) : replaceAll(text, secret, redactor);
    if (shown !== text) hiddenBy.add(secret.rule);
    text = shown;
  }
  if (hiddenBy.size === 0) return value;
  return { ...value, text, hidden: [...new Set([...(value.hidden === undefined ? [] : [value.hidden]), ...hiddenBy])].join(", ") };
}

function replaceAll(text: string, secret: Secret, redactor: Redactor): string {
  return text.includes(secret.text) ? text.replaceAll(secret.text, () => redactor.hide(secret.rule, secret.text).text) : text;
}

function replaceBeginning(text: string, secret: Secret, redactor: Redactor): string {
  for (let length = Math.min(secret.text.length - 1, text.length); length >= shortestBeginning; length -= 1) {
    if (text.endsWith(secret.text.slice(0, length)))
      return text.slice(0, text.length - length) + redactor.hide(secret.rule, secret.text).text;
  }
  return text;
}
