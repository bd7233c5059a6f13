// src/main.ts and everything that it imports, packages included, as one executable file that needs nothing but Node.

import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { licenceNotices } from "./notices.ts";

/** Writes dist/ispyd.mjs; resolves with its size in bytes. Throws where something was imported that does not end up in the file. */
export async function bundleProgram(root: string): Promise<number> {
  const code = await bundledCode(root);
  const place = join(root, "dist", "ispyd.mjs");
  const unfinished = `${place}.${process.pid}`;
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(unfinished, code);
  chmodSync(unfinished, 0o755);
  // Whoever runs the program at this moment reads either the old file or the new one.
  renameSync(unfinished, place);
  return Buffer.byteLength(code);
}

async function bundledCode(root: string): Promise<string> {
  const bundle = await rolldown({ input: join(root, "src", "main.ts"), cwd: root, platform: "node" });
  const { output } = await bundle.generate({
    format: "esm",
    codeSplitting: false,
    banner: "#!/usr/bin/env node",
    // Functions keep their names, so that a trace of a bug can be read.
    minify: { compress: true, mangle: { toplevel: false }, codegen: true },
  });
  await bundle.close();
  const [program, ...others] = output;
  if (others.length > 0) throw new Error(`the program is not one file: ${others.map(({ fileName }) => fileName).join(", ")}`);
  const missing = program.imports.filter((name) => !name.startsWith("node:"));
  if (missing.length > 0) throw new Error(`the program still imports ${missing.join(", ")}`);
  return `${program.code}${licenceNotices(program.moduleIds)}`;
}
