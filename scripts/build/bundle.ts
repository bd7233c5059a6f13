// src/main.ts and everything that it imports, packages included, as one executable file that needs nothing but Node.

import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type Plugin, rolldown } from "rolldown";
import { nodeModules } from "./node-modules.ts";
import { licenceNotices } from "./notices.ts";

/** Writes dist/ispyd.mjs, which carries the agent's wheel; resolves with its size in bytes. Throws where something was imported that does not end up in the file. */
export async function bundleProgram(root: string, agentWheel: Buffer): Promise<number> {
  const code = await bundledCode(root, agentWheel);
  const place = join(root, "dist", "ispyd.mjs");
  const unfinished = `${place}.${process.pid}`;
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(unfinished, code);
  chmodSync(unfinished, 0o755);
  // Whoever runs the program at this moment reads either the old file or the new one.
  renameSync(unfinished, place);
  return Buffer.byteLength(code);
}

async function bundledCode(root: string, agentWheel: Buffer): Promise<string> {
  const bundle = await rolldown({
    input: join(root, "src", "main.ts"),
    cwd: root,
    platform: "node",
    plugins: [nodeModules(), embedding(agentWheel)],
  });
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
  return `${asciiOnly(program.code)}${licenceNotices(program.moduleIds)}`;
}

// V8 keeps a text of ASCII in half the memory and reads it faster. Letters beyond stand in texts and patterns only, where an escape means the same.
function asciiOnly(code: string): string {
  if (/String\.raw`[^`]*[^\0-\x7f]/.test(code)) throw new Error("a String.raw template holds letters beyond ASCII, which can't be escaped");
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Puts the wheel in the place of src/inside/embedded-agent.ts, so that one file copied alone can still start the agent. */
function embedding(agentWheel: Buffer): Plugin {
  const sha256 = createHash("sha256").update(agentWheel).digest("hex");
  const gzipBase64 = gzipSync(agentWheel, { level: 9 }).toString("base64");
  return {
    name: "embedded agent",
    load: (id) =>
      id.endsWith("/src/inside/embedded-agent.ts") ? `export const embeddedAgent = ${JSON.stringify({ sha256, gzipBase64 })};` : null,
  };
}
