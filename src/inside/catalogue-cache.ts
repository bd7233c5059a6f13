// What targets told of plugins that do not come with the agent, kept for help and completion, which attach to nothing.
// One small file a service under $XDG_CACHE_HOME/ispyd/plugins; nothing in it raises a level.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { createHash } from "node:crypto";
import { once } from "../base/once.ts";
import { type AgentPlugin, agentPluginSchema } from "../protocol/agent-entry.ts";
import { z } from "zod";

const mostFiles = 200;
const mostFileBytes = 1024 * 1024;

const fileSchema = once(() => z.object({ version: z.literal(1), service: z.string(), plugins: z.array(agentPluginSchema()).max(200) }));

/** Source: XDG Base Directory Specification. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const configured = environment["XDG_CACHE_HOME"] ?? "";
  return join(isAbsolute(configured) ? configured : join(homedir(), ".cache"), "ispyd");
}

/** Every plugin that is remembered, the newest first. A file that can't be understood is passed over. */
export function rememberedPlugins(directory = join(cacheDirectory(), "plugins")): AgentPlugin[] {
  const files = namesIn(directory)
    .filter((name) => name.endsWith(".json"))
    .slice(0, mostFiles)
    .flatMap((name) => readEntry(join(directory, name)));
  return files.toSorted((one, other) => other.timeMs - one.timeMs).flatMap(({ plugins }) => plugins);
}

/** Best effort: a cache that can't be written is no failure of whoever asked. A service without such plugins leaves no file. */
export function rememberPlugins(service: string, plugins: readonly AgentPlugin[], directory = join(cacheDirectory(), "plugins")): void {
  const path = join(directory, `${createHash("sha256").update(service).digest("hex").slice(0, 24)}.json`);
  try {
    if (plugins.length === 0) return rmSync(path, { force: true });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, JSON.stringify({ version: 1, service, plugins }), { mode: 0o600 });
    renameSync(unfinished, path);
  } catch {
    return;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function readEntry(path: string): { timeMs: number; plugins: AgentPlugin[] }[] {
  try {
    const { size, mtimeMs } = statSync(path);
    if (size > mostFileBytes) return [];
    const checked = fileSchema().safeParse(JSON.parse(readFileSync(path, "utf8")));
    return checked.success ? [{ timeMs: mtimeMs, plugins: checked.data.plugins }] : [];
  } catch {
    return [];
  }
}
