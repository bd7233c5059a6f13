// Runs a TypeScript script of the project on any Node: bundles scripts/NAME.ts (or bench/NAME.ts) into build/NAME.mjs, then imports it.
// Packages stay outside the bundle. A script finds the project through scripts/project.ts, since its own place is build/.

import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = "", ...rest] = process.argv.slice(2);
const source = [join(root, "scripts", `${name}.ts`), join(root, "bench", `${name}.ts`)].find(
  (path) => /^[a-z][a-z-]*$/.test(name) && existsSync(path),
);
if (source === undefined) {
  console.error(`no script "${name}" in scripts/ or bench/`);
  process.exit(2);
}
const bundle = await rolldown({ input: source, cwd: root, platform: "node", external: /^[^./]/, logLevel: "warn" });
const { output } = await bundle.generate({ format: "esm", codeSplitting: false, sourcemap: "inline" });
await bundle.close();
const target = join(root, "build", `${name}.mjs`);
const unfinished = `${target}.${process.pid}`;
mkdirSync(dirname(target), { recursive: true });
writeFileSync(unfinished, output[0].code);
// Another run of the same script may be reading the file at this moment.
renameSync(unfinished, target);
process.argv = [process.argv[0] ?? "node", target, ...rest];
process.setSourceMapsEnabled(true);
await import(pathToFileURL(target).href);
