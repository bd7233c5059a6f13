// What stands before the cursor.

import { expect, test } from "vitest";
import { promptText } from "../../../src/cli/shell/prompt.ts";

test.each([
  [{ plugin: undefined, target: undefined }, "(ispyd) "],
  [{ plugin: undefined, target: "14940" }, "(ispyd:14940) "],
  [{ plugin: undefined, target: "shop" }, "(ispyd:shop) "],
  [{ plugin: "process", target: "14940" }, "(process:14940) "],
  [{ plugin: "process", target: undefined }, "(process) "],
  [{ plugin: undefined, target: "sh\u001b[2Jop" }, "(ispyd:sh\\x1b[2Jop) "],
])("%j prompts with %j", (place, prompt) => {
  expect(promptText(place)).toBe(prompt);
});
