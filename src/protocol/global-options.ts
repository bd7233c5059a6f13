// The options that every command understands, as the same facts that a record's parameters have: parsing, help and completion read them here.

import { listed, type Parameter } from "./parameters.ts";

export const colorChoices = ["auto", "always", "never"] as const;
export type ColorChoice = (typeof colorChoices)[number];

const flag: Omit<Parameter, "name" | "description"> = {
  kind: "flag",
  many: false,
  required: false,
  choices: [],
  minimum: undefined,
  maximum: undefined,
  fallback: undefined,
  positional: false,
  short: undefined,
  placeholder: "",
  callerFile: false,
  mayBeEmpty: false,
  level: undefined,
};

export const globalOptions: readonly Parameter[] = [
  { ...flag, name: "json", description: "answer with one JSON document" },
  {
    ...flag,
    name: "color",
    kind: "choice",
    choices: colorChoices,
    placeholder: "WHEN",
    fallback: "auto",
    description: `${listed(colorChoices)}; auto heeds NO_COLOR, FORCE_COLOR and TERM=dumb`,
  },
  {
    ...flag,
    name: "output",
    short: "o",
    kind: "text",
    placeholder: "FILE",
    callerFile: true,
    description: "write the answer to a file: .html is one page that needs nothing else, .json a document, anything else text",
  },
  { ...flag, name: "timeout", kind: "text", placeholder: "DURATION", description: "most time the command may take: 500ms, 10s, 5m" },
  { ...flag, name: "reason", kind: "text", placeholder: "TEXT", description: "why this is done, for the audit log; needed above inspect" },
  {
    ...flag,
    name: "via",
    kind: "text",
    placeholder: "COMMAND",
    description:
      'reach the agents where COMMAND runs things, such as "kubectl exec -i POD --" or "ssh HOST"; TARGET is then a pid there, or all',
  },
  { ...flag, name: "quiet", short: "q", description: "leave out notes and progress" },
  { ...flag, name: "help", short: "h", description: "help for the command" },
  { ...flag, name: "version", description: "the version of ispyd" },
];

/** What TARGET may be, in the words of help and of failures. */
export const targetInWords = "a pid, a service that ps shows, service/2 (one worker), or :8000 (whoever listens there)";
