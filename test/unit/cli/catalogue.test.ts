// What the command line takes for granted of every record there is.

import { z } from "zod";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../../src/protocol/catalogue.ts";
import { globalOptions } from "../../../src/protocol/global-options.ts";
import { optionName, parametersOf } from "../../../src/protocol/parameters.ts";

describe.each([...catalogue.values()])("$name", (record) => {
  const parameters = parametersOf(record);
  const options = parameters.filter(({ positional }) => !positional);

  test("has no option that is a global one too, by name or by letter", () => {
    const names = [...globalOptions, ...options].map(optionName);
    const letters = [...globalOptions, ...options].flatMap(({ short }) => short ?? []);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(letters).size).toBe(letters.length);
  });

  test("describes every parameter, and lets only the last positional take many words", () => {
    for (const { description } of parameters) expect(description).not.toBe("");
    const positionals = parameters.filter(({ positional }) => positional);
    for (const { many } of positionals.slice(0, -1)) expect(many).toBe(false);
  });

  test("has a result whose fields do not hide those of the JSON document", () => {
    const { properties = {} } = z.toJSONSchema(record.result, { unrepresentable: "any" });
    for (const field of ["schema", "command", "notes"]) expect(Object.keys(properties)).not.toContain(field);
  });
});
