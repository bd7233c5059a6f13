// What ispyd.toml says about plugins: [plugins] lists those of others with level and hash, and switches are tables named after plugins.
// Part of reading the settings; a project's file may switch off, never on or list.

import { homedir } from "node:os";
import { z } from "zod";
import { once } from "../base/once.ts";
import { levels } from "../protocol/level.ts";
import type { ListedPlugin, PluginSettings } from "../protocol/request.ts";

const level = () => z.enum(levels).exclude(["local", "look"]);

/** `[plugins]`: `disabled = ["celery", "python gc"]`, and one entry for each plugin that is listed. */
export const pluginsSchema = once(() =>
  z.object({ disabled: z.array(z.string().min(1).max(100)).max(1_000).default([]) }).catchall(
    z.strictObject({
      level: level(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits"),
      commands: z.record(z.string(), level()).default({}),
    }),
  ),
);

/** `[python] enabled = false` or `[python.console] enabled = false`. */
export const switchSchema = once(() => z.object({ enabled: z.boolean().optional() }).catchall(z.strictObject({ enabled: z.boolean() })));

export interface PluginFile {
  readonly path: string;
  /** True of a file in the working directory. */
  readonly project: boolean;
  readonly plugins: z.output<ReturnType<typeof pluginsSchema>> | undefined;
  readonly switches: Readonly<Record<string, z.output<ReturnType<typeof switchSchema>>>>;
}

/** Of files with the highest first. `userPlace` is where an operator's own lines go. */
export function pluginSettings(files: readonly PluginFile[], userPlace: string): PluginSettings {
  const disabled = new Map<string, string>();
  const enabled = new Set<string>();
  const listed = new Map<string, ListedPlugin>();
  for (const { path, project, plugins, switches } of files) {
    for (const [name, on] of [...switchesIn(switches), ...(plugins?.disabled ?? []).map((one): [string, boolean] => [one, false])]) {
      // The higher file has spoken; a project's can't switch on what a lower one switches off.
      if (enabled.has(name) || disabled.has(name)) continue;
      if (!on) disabled.set(name, path);
      else if (!project) enabled.add(name);
    }
    for (const [name, one] of listedIn(plugins)) if (!listed.has(name)) listed.set(name, one);
  }
  return { disabled, listed, place: shortPlace(userPlace) };
}

function switchesIn(switches: PluginFile["switches"]): [string, boolean][] {
  return Object.entries(switches).flatMap(([plugin, { enabled, ...commands }]): [string, boolean][] => [
    ...(enabled === undefined ? [] : [[plugin, enabled] as [string, boolean]]),
    ...Object.entries(commands).map(([command, one]): [string, boolean] => [`${plugin} ${command}`, one.enabled]),
  ]);
}

function listedIn(plugins: PluginFile["plugins"]): [string, ListedPlugin][] {
  if (plugins === undefined) return [];
  const { disabled: _disabled, ...others } = plugins;
  return Object.entries(others);
}

/** As people write a path of their own. */
function shortPlace(path: string): string {
  const home = homedir();
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
