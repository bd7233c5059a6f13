// Names of users by number, from this machine's /etc/passwd. Source: passwd(5). A container's own names are not looked up: they may lie.

import { readFileSync } from "node:fs";

let names: ReadonlyMap<number, string> | undefined;

/** "www-data", or the number as text where it has no name here. */
export function userName(uid: number): string {
  names ??= readNames();
  return names.get(uid) ?? String(uid);
}

function readNames(): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const line of readPasswd().split("\n")) {
    const [name, , uid] = line.split(":");
    if (name !== undefined && uid !== undefined && /^\d+$/.test(uid) && !found.has(Number(uid))) found.set(Number(uid), name);
  }
  return found;
}

function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}
