// The built-in plugins' commands as records, for all that is generated from records but the catalogue's own source.

import { wholeCatalogue } from "../../src/protocol/agent-catalogue.ts";
import type { CommandRecord } from "../../src/protocol/command.ts";
import type { LoadedRecord } from "./command-records.ts";

/** The records of files and those of the agent's plugins, in the order of help: an agent's commands behind the others. */
export function withAgentRecords(loaded: readonly LoadedRecord[]): CommandRecord[] {
  const outside = new Map(loaded.map(({ record }) => [record.name, record]));
  return [...wholeCatalogue(outside, [], undefined).values()];
}
