// A private view of the Debian archive: the machine's own mirror with another suite, in directories of our own, so that the system's apt is not touched.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram, type ProgramRun } from "./run-program.ts";

interface AptSource {
  uri: string;
  suites: readonly string[];
  signedBy: string;
}

const systemDirectory = "/etc/apt";
const suitesOfDebian = ["stable", "testing", "unstable", "sid"];

/** The archive that this machine's release comes from. Throws when its apt sources name none. */
function releaseSource(): AptSource {
  const codename = /^VERSION_CODENAME=(\S+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "sid";
  const parts = join(systemDirectory, "sources.list.d");
  const files = [join(systemDirectory, "sources.list"), ...(existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [])];
  const sources = files.filter((file) => existsSync(file)).flatMap((file) => sourcesIn(file, readFileSync(file, "utf8")));
  const found = sources.find(({ suites }) => suites.some((suite) => suite === codename || suitesOfDebian.includes(suite)));
  if (found === undefined) throw new Error(`no apt source in ${systemDirectory} serves ${codename} or another suite of Debian`);
  return found;
}

/** Both forms of sources.list(5): one-line, and deb822 stanzas. */
function sourcesIn(file: string, text: string): AptSource[] {
  if (!file.endsWith(".sources")) {
    return Array.from(text.matchAll(/^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/gm), ([, options = "", uri = "", suite = ""]) => ({
      uri,
      suites: [suite],
      signedBy: /signed-by=(\S+)/i.exec(options)?.[1] ?? "",
    }));
  }
  const stanzas = text.replace(/^#.*\n/gm, "").split(/\n\s*\n/);
  const field = (stanza: string, name: string): string => new RegExp(`^${name}:\\s*(.*)$`, "im").exec(stanza)?.[1]?.trim() ?? "";
  return stanzas.map((stanza) => ({
    uri: field(stanza, "URIs").split(/\s+/)[0] ?? "",
    suites: field(stanza, "Suites").split(/\s+/),
    signedBy: field(stanza, "Signed-By"),
  }));
}

export interface PrivateApt {
  /** apt-get's arguments follow the options that keep it in its own directories. */
  aptGet(args: readonly string[], timeoutMs: number): Promise<ProgramRun>;
  /** Where downloaded packages are. */
  archives: string;
}

/** Settings of the system (proxies, keyrings) stay in force; the list of installed packages is empty, so that a download is the whole closure. */
export function privateApt(directory: string, suite: string): PrivateApt {
  const source = releaseSource();
  const archives = join(directory, "cache/archives");
  for (const part of ["state/lists/partial", "cache/archives/partial", "sources"]) mkdirSync(join(directory, part), { recursive: true });
  writeFileSync(join(directory, "state/status"), "");
  const signedBy = source.signedBy === "" ? "" : `Signed-By: ${source.signedBy}\n`;
  writeFileSync(
    join(directory, "sources/archive.sources"),
    `Types: deb\nURIs: ${source.uri}\nSuites: ${suite}\nComponents: main\n${signedBy}`,
  );
  const settings = {
    "Dir::State": join(directory, "state"),
    "Dir::State::status": join(directory, "state/status"),
    "Dir::Cache": join(directory, "cache"),
    "Dir::Etc::sourcelist": "/dev/null",
    "Dir::Etc::sourceparts": join(directory, "sources"),
    "Dir::Etc::preferences": "/dev/null",
    "Dir::Etc::preferencesparts": join(directory, "no-preferences"),
    "APT::Sandbox::User": "root",
    "Debug::NoLocking": "true",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return { archives, aptGet: (args, timeoutMs) => runProgram("apt-get", [...options, ...args], { timeoutMs, env: { LC_ALL: "C" } }) };
}
