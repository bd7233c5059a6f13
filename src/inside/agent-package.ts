// The agent's wheel as a file that Python can import from: the one that lies beside the program, or the one inside it, written to a directory of the caller's own.

import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../base/failure.ts";
import { cacheDirectory } from "./catalogue-cache.ts";
import { embeddedAgent } from "./embedded-agent.ts";

const fileName = "ispyd-agent.whl";

/** The path of the wheel, without a colon, which PYTHONPATH could not hold. Throws Failure operation-failed where it can be put nowhere. */
export async function agentPackage(): Promise<string> {
  const beside = join(dirname(fileURLToPath(import.meta.url)), fileName);
  const cached = join(cacheDirectory(), "agent", embeddedAgent.sha256.slice(0, 24), fileName);
  const found = [beside, cached].find((path) => !path.includes(":") && isTheAgent(path));
  return found ?? (await written([dirname(cached)].filter((directory) => !directory.includes(":"))));
}

/** The very file that this program was built with, and nobody else's to change. */
function isTheAgent(path: string): boolean {
  try {
    const { mode, uid } = lstatSync(path);
    const own = uid === 0 || uid === process.geteuid?.();
    if (!own || (mode & 0o170022) !== 0o100000) return false;
    return createHash("sha256").update(readFileSync(path)).digest("hex") === embeddedAgent.sha256;
  } catch {
    return false;
  }
}

// Readable by others: a server that starts as root imports it after it has become another user.
async function written(directories: readonly string[]): Promise<string> {
  // Loaded here: no other command needs it.
  const { gunzipSync } = await import("node:zlib");
  const wheel = gunzipSync(Buffer.from(embeddedAgent.gzipBase64, "base64"));
  let why = "";
  for (const directory of [...directories, undefined]) {
    try {
      const place = directory ?? mkdtempSync(join(tmpdir(), "ispyd-agent-package-"));
      mkdirSync(place, { recursive: true, mode: 0o755 });
      const unfinished = join(place, `${fileName}.${process.pid}`);
      writeFileSync(unfinished, wheel, { mode: 0o644, flag: "wx" });
      renameSync(unfinished, join(place, fileName));
      return join(place, fileName);
    } catch (thrown) {
      why = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
  throw new Failure({
    code: "operation-failed",
    message: `the agent's package can't be put anywhere: ${why}`,
    hint: "set XDG_CACHE_HOME to a directory of your own",
  });
}
