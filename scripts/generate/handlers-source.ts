// The text of src/commands/handlers.ts: each handler, loaded when it is called and held against the record of its own name, in one map.

import type { LoadedRecord } from "./command-records.ts";
import { generatedNotice, identifierOf } from "./identifier.ts";

export function handlersSource(handled: readonly LoadedRecord[]): string {
  const names = handled.map(({ fileName }) => fileName).toSorted();
  return [
    `// ${generatedNotice}`,
    "// Every handler by command name, loaded when it is first called; each is held by the compiler against the record of its own command.",
    "",
    ...names.map((name) => `import type ${identifierOf(name)}Record from "../protocol/commands/${name}.ts";`),
    'import type { Handler } from "../protocol/request.ts";',
    "",
    "interface Handlers {",
    ...handled.map(({ fileName, record }) => `  ${key(record.name)}: Handler<typeof ${identifierOf(fileName)}Record>;`),
    "}",
    "",
    "const byName: Handlers = {",
    ...handled.map(
      ({ fileName, record }) =>
        `  ${key(record.name)}: async (params, context) => await (await import("./${fileName}.ts")).run(params, context),`,
    ),
    "};",
    "",
    "// The one cast: dispatch gives a handler only params that its own record's schema has passed.",
    "export const handlers: ReadonlyMap<string, Handler> = new Map(Object.entries(byName) as [string, Handler][]);",
    "",
  ].join("\n");
}

function key(name: string): string {
  return JSON.stringify(name);
}
