// dist/ispyd-agent.whl: the Python package as a wheel, the same bytes for the same sources, made without Python. It can also be imported as a zip.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { version } from "../../src/protocol/version.ts";
import { type ZipEntry, zipBytes } from "./zip.ts";

const shipped = /\.(?:py|json|typed)$/;

/** Writes the wheel; returns its bytes. */
export function writeAgentWheel(root: string): Buffer {
  const bytes = agentWheel(root);
  const place = join(root, "dist", "ispyd-agent.whl");
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(`${place}.${process.pid}`, bytes, { mode: 0o644 });
  // Python may be importing from it at this moment.
  renameSync(`${place}.${process.pid}`, place);
  return bytes;
}

/** Layout and RECORD: "Binary distribution format" of the Python Packaging User Guide (PEP 427). */
export function agentWheel(root: string): Buffer {
  const agent = join(root, "agent");
  const info = `ispyd-${version}.dist-info`;
  const files: ZipEntry[] = [
    ...packageFiles(agent),
    { name: "ispyd_start.pth", bytes: readFileSync(join(agent, "ispyd_start.pth")) },
    { name: `${info}/METADATA`, bytes: Buffer.from(metadata(readFileSync(join(agent, "README.md"), "utf8"))) },
    { name: `${info}/WHEEL`, bytes: Buffer.from("Wheel-Version: 1.0\nGenerator: ispyd\nRoot-Is-Purelib: true\nTag: py3-none-any\n") },
  ];
  const record = [...files.map(recordLine), `${info}/RECORD,,`, ""].join("\n");
  return zipBytes([...files, { name: `${info}/RECORD`, bytes: Buffer.from(record) }]);
}

function packageFiles(agent: string): ZipEntry[] {
  return readdirSync(join(agent, "ispyd"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && shipped.test(entry.name) && !entry.parentPath.includes("__pycache__"))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: relative(agent, path), bytes: readFileSync(path) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function metadata(readme: string): string {
  const fields = [
    "Metadata-Version: 2.1",
    "Name: ispyd",
    `Version: ${version}`,
    "Summary: The agent of ispyd: it answers questions about the Python process that it lives in, within limits",
    "License: Apache-2.0",
    "Requires-Python: >=3.8",
    "Description-Content-Type: text/markdown",
  ];
  return `${fields.join("\n")}\n\n${readme}`;
}

function recordLine({ name, bytes }: ZipEntry): string {
  return `${name},sha256=${createHash("sha256").update(bytes).digest("base64url")},${bytes.length}`;
}
