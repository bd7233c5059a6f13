// The PostgreSQL that tests of databases connect to: the machine's own on 127.0.0.1:5432, where it lets its superuser in without a password.

import { runProgram } from "./run-program.ts";

export interface Postgres {
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly database: string;
  /** Where its unix socket is, `.s.PGSQL.5432` in it; undefined where that one does not let us in. */
  readonly socketDirectory: string | undefined;
}

const usual = { host: "127.0.0.1", port: "5432", user: "postgres", database: "postgres" } as const;

/** The database, or in one line why there is none. */
export async function findPostgres(): Promise<Postgres | string> {
  const { stdout, problem } = await runSql(usual.host, "show unix_socket_directories");
  if (problem !== "") return `no PostgreSQL on ${usual.host}:${usual.port} for its user postgres: ${problem}`;
  const [directory = ""] = stdout.trim().split(/,\s*/);
  const answers = directory !== "" && (await runSql(directory, "select 1")).problem === "";
  return { ...usual, socketDirectory: answers ? directory : undefined };
}

/** One statement by psql; its `problem` is empty where that went well. */
export function runSql(host: string, statement: string): ReturnType<typeof runProgram> {
  const { port, user, database } = usual;
  const args = ["--no-psqlrc", "--no-password", "-At", "-h", host, "-p", port, "-U", user, "-d", database, "-c", statement];
  return runProgram("psql", args, { env: { PGCONNECT_TIMEOUT: "5" }, timeoutMs: 20_000 });
}
