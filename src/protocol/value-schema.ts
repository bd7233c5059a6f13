// The schema of captured values and variables, for every command that answers with application values. The model is src/stacks/value.ts.

import { z } from "zod";
import { once } from "../base/once.ts";
import { valueKinds, variableKinds } from "../stacks/value.ts";
import { foreignText } from "./stack-schema.ts";

export const valueSchema = once(() =>
  z.object({
    kind: z.enum(valueKinds),
    type: foreignText(),
    text: foreignText().optional(),
    get items() {
      return z.array(valueSchema()).readonly().optional();
    },
    get entries() {
      return z
        .array(z.object({ key: valueSchema(), value: valueSchema() }))
        .readonly()
        .optional();
    },
    get fields() {
      return z
        .array(z.object({ name: foreignText(), value: valueSchema() }))
        .readonly()
        .optional();
    },
    cut: z.literal(true).optional().meta({ description: "something was left out here; size says how much there is" }),
    size: z.int().optional(),
    fieldCount: z.int().optional().meta({ description: "attributes there are, where not all are shown" }),
    hidden: z.string().optional().meta({ description: "the rules that hid it, or parts of its text" }),
    changed: z.literal(true).optional().meta({ description: "a second look found something else" }),
    address: z.string().optional(),
  }),
);

export const variableSchema = once(() => z.object({ name: foreignText(), kind: z.enum(variableKinds), value: valueSchema() }));

/** How often each rule of redaction hid something. */
export const redactionSchema = once(() => z.object({ rule: z.string(), count: z.int() }));

export type RedactionResult = z.output<ReturnType<typeof redactionSchema>>;
