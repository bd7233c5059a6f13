// `audit list`: reads the newest records through the door that the waist hands down.

import { parseDurationMs } from "../base/units.ts";
import type record from "../protocol/commands/audit-list.ts";
import type { Handler } from "../protocol/request.ts";

export const run: Handler<typeof record> = async ({ limit, command, user, since }, { audit }) => {
  const durationMs = since === undefined ? undefined : parseDurationMs(since);
  const { records, total } = await audit.list({
    limit,
    ...(command === undefined ? {} : { command }),
    ...(user === undefined ? {} : { user }),
    ...(durationMs === undefined ? {} : { sinceMs: Date.now() - durationMs }),
  });
  return { directory: audit.directory, total, records };
};
