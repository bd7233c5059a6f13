// One level per request: the record's, unless a parameter that is given raises it.

import { expect, test } from "vitest";
import { z } from "zod";
import { defineCommand } from "../../../src/protocol/command.ts";
import { levelOfRequest } from "../../../src/protocol/parameters.ts";
import { catalogue } from "../../../src/protocol/catalogue.ts";

const made = defineCommand({
  name: "made",
  level: "look",
  summary: "",
  description: "",
  target: "none",
  params: () =>
    z.object({
      values: z.boolean().default(false).meta({ level: "capture" }),
      from: z.string().optional().meta({ level: "inspect" }),
      depth: z.int().default(3).meta({ level: "local" }),
    }),
  result: () => z.object({}),
  shape: "text",
  recorded: true,
  examples: [],
  view: () => [],
});

test("without the parameters that raise it, the level is the record's", () => {
  expect(levelOfRequest(made, { values: false, depth: 3 })).toBe("look");
  expect(levelOfRequest(made, { values: false, depth: 5 })).toBe("look");
});

test("the highest parameter that is given counts", () => {
  expect(levelOfRequest(made, { values: true, depth: 3 })).toBe("capture");
  expect(levelOfRequest(made, { values: false, from: "x", depth: 3 })).toBe("inspect");
  expect(levelOfRequest(made, { values: true, from: "x", depth: 3 })).toBe("capture");
});

test("requests --values is of level capture, requests alone of level look", () => {
  const requests = catalogue.get("requests");
  expect(requests && levelOfRequest(requests, { values: true })).toBe("capture");
  expect(requests && levelOfRequest(requests, { values: false })).toBe("look");
});
