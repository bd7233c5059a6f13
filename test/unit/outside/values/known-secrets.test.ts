import { expect, test } from "vitest";
import { createKnownSecrets } from "../../../../src/outside/values/known-secrets.ts";
import { createRedactor } from "../../../../src/redaction/redactor.ts";
import type { Value, Variable } from "../../../../src/stacks/value.ts";

const redactor = createRedactor({ key: new Uint8Array(32) });

function hidden(value: Value, ...secrets: string[]): Value | undefined {
  const known = createKnownSecrets();
  for (const secret of secrets) known.add(secret, "name: password");
  const variable: Variable = { name: "kept", kind: "local", value };
  return known.hideIn([variable], redactor)[0]?.value;
}

function text(of: string, rest: Partial<Value> = {}): Value {
  return { kind: "str", type: "str", text: of, ...rest };
}

test("a known secret is hidden wherever it stands, with the rule that knew it", () => {
  const value: Value = {
    kind: "mapping",
    type: "dict",
    entries: [{ key: text("hunter2Zq9"), value: { kind: "sequence", type: "list", items: [text("say hunter2Zq9 twice: hunter2Zq9")] } }],
    fields: [{ name: "hunter2Zq9", value: text("clean") }],
  };
  const shown = hidden(value, "hunter2Zq9");
  expect(JSON.stringify(shown)).not.toContain("hunter2");
  expect(shown?.entries?.[0]?.key).toMatchObject({
    hidden: "name: password",
    text: expect.stringMatching(/^<hidden: name password #/) as string,
  });
  expect(shown?.fields?.[0]?.value).toEqual(text("clean"));
});

test("the beginning of a known secret at the end of a text that was cut is hidden too", () => {
  expect(hidden(text("x hunter2", { cut: true, size: 90 }), "hunter2Zq9")?.text).toMatch(/^x <hidden/);
  expect(hidden(text("x hunter2"), "hunter2Zq9")?.text).toBe("x hunter2");
});

test("plain words, addresses and short texts are hidden only under their own name", () => {
  expect(hidden(text("from 127.0.0.1"), "127.0.0.1")?.text).toBe("from 127.0.0.1");
  expect(hidden(text("in production"), "production")?.text).toBe("in production");
  expect(hidden(text("a1 b2"), "a1")?.text).toBe("a1 b2");
});
