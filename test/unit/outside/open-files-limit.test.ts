// The line of /proc/PID/limits that bounds descriptors.

import { expect, test } from "vitest";
import { parseOpenFilesLimit } from "../../../src/outside/proc/limits.ts";

const line = (soft: string, hard: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${soft.padEnd(20)} ${hard.padEnd(20)} files     \n`;

test("numbers and unlimited are told apart; another text is no limit", () => {
  expect(parseOpenFilesLimit(line("1024", "1048576"))).toEqual({ soft: 1_024, hard: 1_048_576 });
  expect(parseOpenFilesLimit(line("unlimited", "unlimited"))).toEqual({ soft: undefined, hard: undefined });
  expect(parseOpenFilesLimit("Max locked memory  1 2 bytes\n")).toBeUndefined();
});
