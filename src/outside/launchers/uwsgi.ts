// uWSGI and mod_wsgi: programs in C that hold an interpreter. Source: uWSGI's options reference, mod_wsgi's WSGIDaemonProcess.

import type { Launch, LaunchFacts } from "./launch.ts";
import { nameOfApplication, typeableName } from "./names.ts";

/** uWSGI by its program or its titles ("uWSGI worker 1"); a master is told apart by its children. */
export function recogniseUwsgi(facts: LaunchFacts): Launch | undefined {
  const program = facts.executable.slice(facts.executable.lastIndexOf("/") + 1);
  if (!program.startsWith("uwsgi") && !(facts.executable === "" && facts.program.subject.startsWith("uWSGI "))) return undefined;
  const application = applicationOf(facts);
  return {
    family: "uwsgi",
    name:
      application === undefined
        ? fallbackName(facts)
        : nameOfApplication(application.replace(/^.*\/(?=[^/]+$)/, ""), facts.directoryName()),
    ...(application === undefined ? {} : { application }),
    roles: { alone: "uWSGI", main: "uWSGI master", worker: "uWSGI worker" },
    forksWorkers: true,
    spawnsWorkers: false,
  };
}

const applicationOptions = ["module", "wsgi", "wsgi-file", "file", "pyrun", "mount"];
const configurationOptions = /^--?(?:ini|yaml|yml|toml|xml|json)(?:-paste)?$/;

function applicationOf(facts: LaunchFacts): string | undefined {
  const words = facts.words.slice(1);
  const options = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    const match = /^--?([\w-]+)(?:=(.*))?$/.exec(word);
    if (match?.[1] !== undefined) options.set(match[1], match[2] ?? words[index + 1] ?? "");
  }
  const direct = optionValue(options) ?? options.get("w");
  const configuration = words.find((word) => /\.(?:ini|yaml|yml|toml)$/.test(word));
  return direct ?? (configuration === undefined ? undefined : fromConfiguration(facts, configuration.replace(/^--?\w+=/, "")));
}

function optionValue(options: ReadonlyMap<string, string>): string | undefined {
  const value = applicationOptions.map((name) => options.get(name)).find((found) => found !== undefined && found !== "");
  // --mount /shop=shop.wsgi:app
  return value?.startsWith("/") === true && value.includes("=") ? value.slice(value.indexOf("=") + 1) : value;
}

function fromConfiguration(facts: LaunchFacts, path: string): string | undefined {
  const text = facts.readText(path) ?? "";
  return /^\s*(?:module|wsgi|wsgi-file)\s*[=:]\s*["']?([^\s"'#;]{1,200})/m.exec(text)?.[1];
}

function fallbackName(facts: LaunchFacts): string {
  const configuration = facts.words.slice(1).find((word) => /\.(?:ini|yaml|yml|toml)$/.test(word) || configurationOptions.test(word));
  const name =
    configuration === undefined || configuration.startsWith("-")
      ? ""
      : configuration.slice(configuration.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
  return name === "" || name === "uwsgi" ? typeableName(facts.directoryName() || "uwsgi") : typeableName(name);
}

/** Apache with mod_wsgi: the display name "(wsgi:shop)" where one was configured. */
export function recogniseModWsgi({ executable, program }: LaunchFacts): Launch | undefined {
  if (!/\/(?:apache2|httpd)$/.test(executable)) return undefined;
  const name = /^\(wsgi:(.+)\)$/.exec(program.subject)?.[1];
  return {
    family: "mod_wsgi",
    name: typeableName(name ?? "mod_wsgi"),
    ...(name === undefined ? {} : { application: name }),
    roles: { alone: "mod_wsgi process", main: "Apache parent", worker: "mod_wsgi process" },
    forksWorkers: true,
    spawnsWorkers: false,
  };
}
