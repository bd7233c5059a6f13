// Django's manage.py and Flask's command: development servers, each with a reloader that starts the server as its child.
// Source: django-admin reference and Flask's command line interface; DJANGO_SETTINGS_MODULE is usually set inside manage.py.

import type { Launch, LaunchFacts } from "./launch.ts";
import { nameOfApplication, typeableName } from "./names.ts";
import { parseOptions } from "./options.ts";

const flags: ReadonlySet<string> = new Set([
  "--noreload",
  "--nothreading",
  "--ipv6",
  "-6",
  "--nostatic",
  "--insecure",
  "--traceback",
  "--no-color",
  "--force-color",
  "--skip-checks",
  "--debug",
  "--no-debug",
  "--reload",
  "--no-reload",
  "--debugger",
  "--no-debugger",
  "--with-threads",
  "--without-threads",
  "--help",
  "--version",
]);

/** `manage.py runserver` and every other management command that runs long. */
export function recogniseDjango(facts: LaunchFacts): Launch | undefined {
  const { program } = facts;
  const managed = program.kind === "script" && /(?:^|\/)manage\.py$/.test(program.subject);
  if (!managed && program.name !== "django" && program.name !== "django-admin") return undefined;
  const options = parseOptions(program.arguments, flags);
  const command = options.positional[0] ?? "";
  const application =
    options.value("--settings") ??
    facts.environment()?.get("DJANGO_SETTINGS_MODULE") ??
    (managed ? settingsIn(facts.readText(program.subject)) : undefined);
  const role = command === "runserver" ? "Django runserver" : `Django ${typeableName(command)}`;
  return {
    family: "django",
    name:
      application === undefined ? typeableName(facts.directoryName() || "django") : nameOfApplication(application, facts.directoryName()),
    ...(application === undefined ? {} : { application }),
    roles: {
      alone: role,
      main: command === "runserver" ? "Django reloader" : role,
      worker: command === "runserver" ? role : `child of ${role}`,
    },
    forksWorkers: false,
    spawnsWorkers: false,
  };
}

function settingsIn(text: string | undefined): string | undefined {
  return /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]{1,200})["']/.exec(text ?? "")?.[1];
}

/** `flask run`. */
export function recogniseFlask(facts: LaunchFacts): Launch | undefined {
  const { program } = facts;
  if (program.name !== "flask") return undefined;
  const options = parseOptions(program.arguments, flags);
  const application = options.value("--app", "-A") ?? facts.environment()?.get("FLASK_APP");
  const command = options.positional[0] ?? "run";
  const role = command === "run" ? "Flask run" : `Flask ${typeableName(command)}`;
  const name = application === undefined ? facts.directoryName() || "flask" : nameOfApplication(application, facts.directoryName());
  return {
    family: "flask",
    name: typeableName(name),
    ...(application === undefined ? {} : { application }),
    roles: { alone: role, main: command === "run" ? "Flask reloader" : role, worker: role },
    forksWorkers: false,
    spawnsWorkers: false,
  };
}
