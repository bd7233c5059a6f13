// `audit verify`: a log that does not verify is a failure that lists the first problems, so that a script sees it in the exit code.

import { Failure } from "../base/failure.ts";
import type { AuditProblem } from "../protocol/audit.ts";
import type record from "../protocol/commands/audit-verify.ts";
import type { Handler } from "../protocol/request.ts";

const shown = 5;

export const run: Handler<typeof record> = async (_params, { audit }) => {
  const verification = await audit.verify();
  const { problems, directory } = verification;
  if (problems.length === 0) return { ...verification, problems: [] };
  const count = problems.length === 1 ? "one place" : `${problems.length} places`;
  const rest = problems.length > shown ? [`and ${problems.length - shown} more`] : [];
  throw new Failure({
    code: "log-broken",
    message: `the audit log in ${directory} does not verify in ${count}: ${[...problems.slice(0, shown).map(lineOf), ...rest].join("; ")}`,
    hint: `keep a copy of ${directory} as it is, and compare it with a copy kept elsewhere`,
  });
};

function lineOf({ chain, line, message }: AuditProblem): string {
  return line === 0 ? `${chain}: ${message}` : `${chain} line ${line}: ${message}`;
}
