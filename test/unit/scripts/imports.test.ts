// What the checks see of a file.

import { expect, test } from "vitest";
import { moduleFacts } from "../../../scripts/check/imports.ts";

const factsOf = (text: string) => moduleFacts({ path: "src/base/a.ts", text });

test("every way to import is seen, types among them", () => {
  const { imports } = factsOf(`
    import type { A } from "./type.ts";
    import { type B } from "./inline-type.ts";
    import "./effect.ts";
    export { c } from "./reexport.ts";
    export * from "./all.ts";
    const d = await import("./dynamic.ts");
    type E = typeof import("./import-type.ts").default;
  `);
  expect(imports.toSorted()).toEqual([
    "./all.ts",
    "./dynamic.ts",
    "./effect.ts",
    "./import-type.ts",
    "./inline-type.ts",
    "./reexport.ts",
    "./type.ts",
  ]);
});

test("exports are seen under the names that importers use", () => {
  expect(factsOf("const a = 1; export { a as b }; export interface C {} export default 1;").exports).toEqual(["b", "C"]);
});

test("a file that can't be parsed is refused by name", () => {
  expect(() => factsOf("const = ;")).toThrow("src/base/a.ts");
});
