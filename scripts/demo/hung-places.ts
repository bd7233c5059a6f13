// The end of the demo's story, taken from ispyd's own JSON: the application's line at which each hung worker stands.

import { spawnSync } from "node:child_process";
import { frameOrigin } from "../../src/stacks/origin.ts";
import type { ThreadsTarget } from "../../src/protocol/stack-schema.ts";

export interface HungPlace {
  readonly worker: string;
  readonly pid: number;
  readonly doing: string;
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly source: string;
}

/** Workers of the shop whose innermost application frame is one of `functions`. */
export function hungPlaces(ispyd: string, functions: readonly string[]): HungPlace[] {
  const { stdout } = spawnSync(process.execPath, [ispyd, "threads", "demo_shop", "--source", "--json"], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const { targets } = JSON.parse(stdout) as { targets: ThreadsTarget[] };
  return targets.flatMap((target) =>
    target.threads.flatMap((thread) => {
      const frame = thread.frames.find(({ file }) => frameOrigin(file) === "application");
      if (frame === undefined || !functions.includes(frame.function)) return [];
      const doing = `${thread.state}${thread.detail === undefined ? "" : ` ${thread.detail}`}`;
      return [
        {
          worker: `${target.service}/${target.worker}`,
          pid: target.pid,
          doing,
          function: frame.function,
          file: frame.file,
          line: frame.line,
          source: frame.source ?? "",
        },
      ];
    }),
  );
}
