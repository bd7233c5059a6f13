// src/main.ts and everything that it imports, packages included, as one executable file that needs nothing but Node.
// What an `import()` loads is in the same file, and is compiled when it is called for.

import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type Plugin, rolldown } from "rolldown";
import { licenceNotices } from "./notices.ts";
import { oneFile } from "./parts.ts";

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
    plugins: [embedding(agentWheel), startsNothing, tablesAsJson],
  });
  const { output } = await bundle.generate({
    format: "cjs",
    dynamicImportInCjs: false,
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name].cjs",
    // What every start needs in one part; the bundler finds the others.
    codeSplitting: { groups: [{ name: "main", tags: ["$initial"] }] },
    // Functions keep their names, so that a trace of a bug can be read.
    minify: { compress: true, mangle: { toplevel: false }, codegen: true },
  });
  await bundle.close();
  const chunks = output.filter((one) => one.type === "chunk");
  const known = new Set(chunks.map(({ fileName }) => fileName));
  const missing = chunks.flatMap(({ imports }) => imports).filter((name) => !name.startsWith("node:") && !known.has(name));
  if (missing.length > 0) throw new Error(`the program still imports ${missing.join(", ")}`);
  return `#!/usr/bin/env node\n${oneFile(chunks)}${licenceNotices(chunks.flatMap(({ moduleIds }) => moduleIds))}`;
}

/** V8 reads a long table faster as JSON than as code. */
const tablesAsJson: Plugin = {
  name: "tables as JSON",
  load: (id) => {
    const text = id.endsWith(".json") ? JSON.stringify(JSON.parse(readFileSync(id, "utf8"))) : "";
    return text.length < longTable ? null : { moduleType: "js", code: `export default JSON.parse(${JSON.stringify(text)});` };
  },
};

const longTable = 10_000;

/** commander can start programs that are commands; none of ours is, and the module for it takes a millisecond to load. */
const startsNothing: Plugin = {
  name: "commander starts nothing",
  resolveId: (id, importer) => (id === "node:child_process" && /\/node_modules\/commander\//.test(importer ?? "") ? "\0nothing" : null),
  load: (id) => (id === "\0nothing" ? "module.exports = {};" : null),
};

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
