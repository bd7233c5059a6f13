// Where the audit log lies. Only names are formed here; the writer creates and checks the directory.

import { userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

export interface AuditDirectoryOptions {
  /** What ispyd.toml or a flag says. */
  readonly setting?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The uid that the process acts under. */
  readonly uid: number;
}

/**
 * ISPYD_AUDIT_DIRECTORY, else the setting, else /var/log/ispyd/audit for root and the user's state directory for others
 * (XDG Base Directory Specification 0.8: a relative XDG_STATE_HOME is to be ignored). Always absolute.
 */
export function auditDirectory({ setting, environment, uid }: AuditDirectoryOptions): string {
  const given = nonEmpty(environment["ISPYD_AUDIT_DIRECTORY"]) ?? nonEmpty(setting);
  if (given !== undefined) return resolve(given);
  if (uid === 0) return "/var/log/ispyd/audit";
  const state = environment["XDG_STATE_HOME"] ?? "";
  return join(isAbsolute(state) ? state : join(home(environment), ".local/state"), "ispyd/audit");
}

function home(environment: AuditDirectoryOptions["environment"]): string {
  const variable = environment["HOME"] ?? "";
  if (isAbsolute(variable)) return variable;
  try {
    return userInfo().homedir;
  } catch {
    // A uid without an entry in the user database, as containers have: login(1) then takes the root directory.
    return "/";
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
