// A plugin that does not come with the agent is called only where its file is the very one that the operator's settings name.

import { Failure } from "../base/failure.ts";
import type { AgentLink, CallOptions } from "../inside/agent-link.ts";

interface Pinned {
  readonly link: AgentLink;
  readonly pid: number;
  readonly plugin: string;
  /** Of the plugin's file, as the settings say. */
  readonly sha256: string;
}

/** Why this process's plugin is not called; undefined where it may be. */
export async function pinRefusal({ link, pid, plugin: name, sha256 }: Pinned, options: CallOptions): Promise<Failure | undefined> {
  const catalogue = await link.catalogue(options);
  if (catalogue instanceof Failure) return catalogue;
  const plugin = catalogue.plugins.find((one) => one.name === name && !one.builtIn);
  if (plugin === undefined)
    return new Failure({
      code: "command-unknown",
      message: `process ${pid} has no plugin ${name}`,
      hint: `ispyd plugins ${pid} lists the plugins that it has`,
    });
  if (plugin.sha256 === sha256) return undefined;
  return new Failure({
    code: "level-refused",
    message: `the plugin ${name} in process ${pid} has another file than the settings allow (${plugin.file})`,
    hint: `read it, then set sha256 = "${plugin.sha256}" in the entry ${name} under [plugins] of ispyd.toml`,
  });
}
