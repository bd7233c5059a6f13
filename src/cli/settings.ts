// ispyd.toml: system, user and project settings read in order of precedence. Before any request is made of the command line.
// A project's file (the working directory's) may be somebody else's: what it may not set is ignored, and said.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { errnoOf, Failure } from "../base/failure.ts";
import { once } from "../base/once.ts";
import type { Settings } from "../protocol/request.ts";
import { pluginSettings, pluginsSchema, switchSchema } from "./plugin-settings.ts";

const fileSchema = once(() =>
  z
    .object({
      services: z
        .array(z.strictObject({ name: z.string().min(1).max(64), application: z.string().min(1).max(500) }))
        .max(1_000)
        .default([]),
      audit: z.strictObject({ directory: z.string().refine(isAbsolute, "must be an absolute path") }).optional(),
      plugins: pluginsSchema().optional(),
    })
    // Any other table is a plugin with its switches.
    .catchall(switchSchema()),
);

// places, policy, roles and plugins are not for a file found in the working directory.
const neverInProject: readonly string[] = ["audit", "policy", "roles", "plugins"];
const mostFileBytes = 1024 * 1024;

export interface SettingsPlaces {
  readonly system: string;
  readonly user: string;
  readonly project: string;
}

// A working directory that was removed has no settings.
function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
}

/** Where the three files are looked for. Source of the user's: XDG Base Directory Specification. */
export function settingsPlaces(environment: NodeJS.ProcessEnv, workingDirectory: string): SettingsPlaces {
  const configured = environment["XDG_CONFIG_HOME"] ?? "";
  const userDirectory = isAbsolute(configured) ? configured : join(homedir(), ".config");
  return {
    system: "/etc/ispyd/ispyd.toml",
    user: join(userDirectory, "ispyd", "ispyd.toml"),
    project: join(workingDirectory, "ispyd.toml"),
  };
}

/** What the files say, and in `warnings` what was ignored. Throws Failure settings-invalid with file and line. */
export function readSettings({ system, user, project }: SettingsPlaces = settingsPlaces(process.env, currentDirectory())): Settings {
  // Highest first: the first entry that fits an application, and the first place named, win.
  const files = [readFile(project, true), readFile(user, false), readFile(system, false)].filter((file) => file !== undefined);
  const auditDirectory = files.map(({ values }) => values.audit?.directory).find((directory) => directory !== undefined);
  const plugins = pluginSettings(
    files.map(({ path, values: { services: _services, audit: _audit, plugins: listed, ...switches } }) => ({
      path,
      project: path === project,
      plugins: listed,
      switches,
    })),
    user,
  );
  return {
    services: files.flatMap(({ values }) => values.services),
    sources: files.map(({ path, ignored }) => (ignored.length === 0 ? path : `${path} (ignored there: ${ignored.join(", ")})`)),
    ...(auditDirectory === undefined ? {} : { auditDirectory }),
    plugins,
    warnings: files.flatMap(({ path, ignored }) =>
      ignored.map((name) => `${path}: [${name}] is ignored: a file in the working directory may not set it; use ${user} or ${system}`),
    ),
  };
}

interface SettingsFile {
  readonly path: string;
  readonly values: z.output<ReturnType<typeof fileSchema>>;
  readonly ignored: readonly string[];
}

function readFile(path: string, project: boolean): SettingsFile | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const table = parseTable(path, text);
  const ignored = project ? neverInProject.filter((name) => name in table) : [];
  const allowed = Object.fromEntries(Object.entries(table).filter(([name]) => !ignored.includes(name)));
  const checked = fileSchema().safeParse(allowed);
  if (checked.success) return { path, values: checked.data, ignored };
  const issue = checked.error.issues[0];
  const where = issue?.path.map(String) ?? [];
  const unknown = issue?.code === "unrecognized_keys" ? [...where, ...issue.keys.slice(0, 1)] : where;
  throw invalid(`${path}:${lineOf(text, unknown)}`, `${unknown.join(".") || "the file"}: ${issue?.message ?? "not understood"}`);
}

function parseTable(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (thrown) {
    if (thrown instanceof TomlError)
      throw invalid(`${path}:${thrown.line}`, (thrown.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, ""));
    throw thrown;
  }
}

// Never waits (a FIFO of that name in a shared folder) and never reads without end.
function readText(path: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw invalid(path, "it is not a regular file");
    if (facts.size > mostFileBytes) throw invalid(path, `it has ${facts.size} bytes, more than ${mostFileBytes}`);
    const bytes = Buffer.alloc(facts.size);
    return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === "ENOENT" || errno === "ENOTDIR") return undefined;
    if (thrown instanceof Failure) throw thrown;
    throw invalid(path, `it can't be read (${errno ?? String(thrown)})`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The line where a value stands: that of the nth [[table]] of its name, then of its key; 1 where it can't be told. */
function lineOf(text: string, path: readonly string[]): number {
  const lines = text.split("\n");
  let at = 0;
  for (const [depth, part] of path.entries()) {
    if (/^\d+$/.test(part)) continue;
    const count = Number(path[depth + 1] ?? 0) || 0;
    const form = new RegExp(`^\\s*(?:\\[+\\s*)?["']?${part.replace(/[^\w-]/g, ".")}["']?\\s*(?:[\\]=.]|$)`);
    const found = lines.flatMap((line, index) => (index >= at && form.test(line) ? [index] : []));
    at = found[count] ?? found[0] ?? at;
  }
  return at + 1;
}

function invalid(place: string, why: string): Failure {
  return new Failure({
    code: "settings-invalid",
    message: `${place}: ${why}`,
    hint: "ispyd.toml holds [[services]] with name and application, [audit] with directory, [plugins], and tables of plugins with enabled = false",
  });
}
