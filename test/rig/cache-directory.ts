// Where the test rig keeps what is slow to make: interpreters and their environments, outside the repository and kept between runs.

import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** `${XDG_CACHE_HOME:-~/.cache}/ispyd-test` with the given parts below it; the directory is made. */
export function cacheDirectory(...parts: string[]): string {
  const base = process.env["XDG_CACHE_HOME"];
  const root = base === undefined || base === "" ? join(homedir(), ".cache") : base;
  const path = join(root, "ispyd-test", ...parts);
  mkdirSync(path, { recursive: true });
  return path;
}
