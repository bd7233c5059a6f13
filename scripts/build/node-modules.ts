// Node's own modules, as the program's one file takes them: through process.getBuiltinModule, which costs a start several milliseconds less.
// The import of one as an ES module asks for every name it has, and some of them load half of Node before they answer.

import type { Plugin } from "rolldown";

const imported = "\0imported:";
const required = "\0required:";
/** commander starts programs for commands that are files of their own, which none of ours is. */
const neverUsed: ReadonlyMap<string, RegExp> = new Map([["node:child_process", /\/node_modules\/commander\//]]);

/** For bundles that run on Node 20.16 and later. An `import()` stays as it is, so that a module can still be loaded when it is needed. */
export function nodeModules(): Plugin {
  return {
    name: "modules of Node",
    resolveId: (id, importer, { kind }) => {
      if (!id.startsWith("node:") || kind === "dynamic-import") return null;
      if (neverUsed.get(id)?.test(importer ?? "")) return `${required}nothing`;
      return (kind === "require-call" ? required : imported) + id;
    },
    load: (id) => {
      if (id.startsWith(imported)) return importedSource(id.slice(imported.length));
      return id.startsWith(required) ? requiredSource(id.slice(required.length)) : null;
    },
  };
}

// Marked as pure, so that names that nobody imports are dropped from the bundle and never asked for.
function importedSource(id: string): string {
  const names = Object.keys(process.getBuiltinModule(id) ?? {}).filter((name) => /^[A-Za-z]\w*$/.test(name) && name !== "default");
  return [
    `const whole = process.getBuiltinModule(${JSON.stringify(id)});`,
    "const named = (name) => whole[name];",
    "export default whole;",
    ...names.map((name) => `const ${name}_ = /* @__PURE__ */ named(${JSON.stringify(name)});\nexport { ${name}_ as ${name} };`),
  ].join("\n");
}

function requiredSource(id: string): string {
  return id === "nothing" ? "module.exports = {};" : `module.exports = process.getBuiltinModule(${JSON.stringify(id)});`;
}
