// The words of --via: quotes and backslashes as in a shell, and nothing else of one.

import { expect, test } from "vitest";
import { splitWords } from "../../../src/inside/command-words.ts";

test.each([
  ["kubectl exec -i POD --", ["kubectl", "exec", "-i", "POD", "--"]],
  ["  ssh   -o 'ProxyCommand=nc %h %p'  host ", ["ssh", "-o", "ProxyCommand=nc %h %p", "host"]],
  [String.raw`a "b \"c\" \d" e\ f`, ["a", String.raw`b "c" \d`, "e f"]],
  [`env A="x y"'z' ''`, ["env", "A=x yz", ""]],
  ["echo $(id) `id` ; rm | x > y", ["echo", "$(id)", "`id`", ";", "rm", "|", "x", ">", "y"]],
  [`open "quote`, ["open", "quote"]],
  ["", []],
])("%j", (text, words) => expect(splitWords(text)).toEqual(words));
