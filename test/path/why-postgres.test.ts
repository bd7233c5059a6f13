// `why` on programs and servers that wait for a real PostgreSQL: its answer, the lock of a row, a connection of a pool that is used up; and on some that are well.

import { afterAll, afterEach, describe, expect, test, type TestContext } from "vitest";
import { findInterpreters, type Interpreter } from "../rig/interpreters.ts";
import { startLoad } from "../rig/load.ts";
import { findPostgres, type Postgres, runSql } from "../rig/postgres.ts";
import { soak } from "../rig/scale.ts";
import { stopTargets, type Target } from "../rig/target.ts";
import { askWhy, expectNobodyAccused, markedLines, packagesOf, programText, startProgram } from "./why-rig.ts";
import { askAndLeave, type Hanging, moduleName, startHanging, webEnvironment, worst } from "./why-server-rig.ts";

const versions = ["3.8", "3.14"];
const found = (await findInterpreters()).filter(({ version, freeThreaded }) => !freeThreaded && (soak || versions.includes(version)));
const postgres = await findPostgres();
const packageNames = ["psycopg2-binary", "psycopg[binary,pool]", "pg8000", "asyncpg", "sqlalchemy[asyncio]"];

afterEach(stopTargets);
afterAll(() => (typeof postgres === "string" ? undefined : runSql(postgres.host, "drop table if exists ispyd_test_stock")));

interface Surroundings {
  readonly database: Postgres;
  readonly packages: string;
}

async function surroundings(python: Interpreter, context: TestContext): Promise<Surroundings> {
  if (typeof postgres === "string") return context.skip(postgres);
  const { packages = "" } = await packagesOf(python, packageNames, context);
  return { database: postgres, packages };
}

type Way = "TCP" | "socket";

function hostOf({ host, socketDirectory }: Postgres, way: Way, context: TestContext): string {
  return way === "TCP" ? host : (socketDirectory ?? context.skip("PostgreSQL lets nobody in on its unix socket without a password"));
}

interface Run {
  program: string;
  driver: string;
  way?: Way;
  more?: readonly string[];
}

async function startRun(python: Interpreter, { program, driver, way = "TCP", more = [] }: Run, context: TestContext): Promise<Target> {
  const { database, packages } = await surroundings(python, context);
  const args = [driver, hostOf(database, way, context), database.port, database.user, database.database, ...more];
  const files = { "database.py": programText("postgres/database") };
  return startProgram(python, `postgres/${program}`, { args, packages, files, stands: !program.startsWith("innocent/") });
}

const answer = {
  TCP: / waits for PostgreSQL's answer from 127\.0\.0\.1:5432 /,
  socket: / waits for PostgreSQL's answer from \/.*\/\.s\.PGSQL\.5432 /,
};
const lockedRow =
  /PostgreSQL's answer from 127\.0\.0\.1:5432 .*; PostgreSQL's process \d+ shows "SELECT waiting", so it waits for a lock of another connection/;
const pool =
  /^The main thread waits for a free connection of a pool .*; (?:keeper-0 and keeper-1|keeper-1 and keeper-0) have connections open/;

interface Guilty extends Run {
  kind: string;
  says: RegExp;
}

const guilty: readonly Guilty[] = [
  { program: "query", driver: "psycopg2", way: "TCP", kind: "waits for a peer", says: answer.TCP },
  { program: "query", driver: "psycopg2", way: "socket", kind: "waits for a peer", says: answer.socket },
  { program: "query", driver: "psycopg", way: "TCP", kind: "waits for a peer", says: answer.TCP },
  { program: "query", driver: "pg8000", way: "socket", kind: "waits for a peer", says: answer.socket },
  { program: "row_lock", driver: "psycopg2", way: "TCP", kind: "waits for a peer", says: lockedRow },
  { program: "row_lock", driver: "psycopg", way: "socket", kind: "waits for a peer", says: answer.socket },
  { program: "sqlalchemy_pool", driver: "psycopg2", way: "TCP", kind: "waits for a pool", says: pool },
  { program: "sqlalchemy_pool", driver: "pg8000", way: "TCP", kind: "waits for a pool", says: pool },
  { program: "psycopg_pool_full", driver: "psycopg", way: "socket", kind: "waits for a pool", says: pool },
];

const innocents: readonly (Run & { kinds: readonly string[] })[] = [
  { program: "innocent/pool_moves", driver: "psycopg2", more: ["0.02"], kinds: ["working", "waits for a pool"] },
  { program: "innocent/pool_moves", driver: "psycopg", more: ["0.3"], kinds: ["working", "waits for a pool"] },
  { program: "innocent/short_queries", driver: "psycopg", kinds: ["working", "waits for a peer"] },
  { program: "innocent/listen_select", driver: "psycopg2", kinds: ["waits"] },
  { program: "innocent/listen_notifies", driver: "psycopg", kinds: ["idle"] },
];

const words = {
  database_flask: (port: number): string[] =>
    `bin:gunicorn --bind 127.0.0.1:${port} --workers 1 --threads 6 ${moduleName("database_flask")}:app`.split(" "),
  database_fastapi: (port: number): string[] =>
    `bin:uvicorn ${moduleName("database_fastapi")}:app --port ${port} --log-level warning`.split(" "),
} as const;

type Shop = keyof typeof words;

async function startShop(python: Interpreter, program: Shop, context: TestContext): Promise<Hanging> {
  const { database, packages } = await surroundings(python, context);
  const { host, port, user, database: name } = database;
  const environment = await webEnvironment(python, program === "database_flask" ? "gunicorn" : "uvicorn", context);
  const address = `${user}@${host}:${port}/${name}`;
  const env = {
    PYTHONPATH: packages,
    SHOP_URL: `postgresql+psycopg2://${address}`,
    SHOP_ASYNC_URL: `postgresql+asyncpg://${address}`,
    SHOP_DSN: `postgresql://${address}`,
  };
  return startHanging(environment, { program, words: words[program], env });
}

interface Scenario {
  program: Shop;
  /** Asked for in this order; the last one's line is the culprit. */
  paths: readonly string[];
  kind: string;
  says: RegExp;
}

const asked = /waits for PostgreSQL's answer from 127\.0\.0\.1:5432/;
const scenarios: readonly Scenario[] = [
  { program: "database_flask", paths: ["query"], kind: "waits for a peer", says: asked },
  {
    program: "database_flask",
    paths: ["keep", "pool"],
    kind: "waits for a pool",
    says: /free connection of a pool .*; \S+ \(GET \/keep\) has a connection open/,
  },
  { program: "database_fastapi", paths: ["query"], kind: "waits for a peer", says: asked },
  {
    program: "database_fastapi",
    paths: ["keep", "pool", "pool"],
    kind: "waits for a pool",
    says: /tasks of 2 requests, GET \/pool, wait for a free connection of a pool .*; the task of GET \/keep has a connection open/,
  },
  {
    program: "database_fastapi",
    paths: ["engine-keep", "engine-pool"],
    kind: "waits for a pool",
    says: /free connection of a pool .*; the task of GET \/engine-keep has a connection open/,
  },
  {
    program: "database_fastapi",
    paths: ["session-keep", "session-pool"],
    kind: "waits for a pool",
    says: /free connection of a pool .*; AnyIO worker thread \(GET \/session-keep\) has a connection open/,
  },
];

describe.each(found)("Python $full", (python) => {
  test.for(guilty)("$program with $driver over $way: $kind, at the marked line", { timeout: 400_000 }, async (one, context) => {
    const target = await startRun(python, one, context);
    const { verdict, culprit, workers } = await askWhy(target.pid);
    expect(workers[0]?.verdict, JSON.stringify(workers, undefined, 1)).toMatchObject({ kind: one.kind, stuck: true });
    expect(markedLines(`postgres/${one.program}`)).toContain(culprit?.line);
    expect(culprit?.file.endsWith(`${one.program}.py`)).toBe(true);
    expect(verdict).toMatch(one.says);
  });

  test.for(innocents)("$program with $driver is not accused", { timeout: 400_000 }, async (one, context) => {
    const target = await startRun(python, one, context);
    const reply = await askWhy(target.pid);
    expectNobodyAccused(reply);
    expect(one.kinds, reply.verdict).toContain(reply.workers[0]?.verdict.kind);
  });

  test.for(scenarios)(
    "$program, /$paths: $kind, at the marked line",
    { timeout: 400_000 },
    async ({ program, paths, kind, says }, context) => {
      const shop = await startShop(python, program, context);
      for (const path of paths) await askAndLeave(shop, path);
      const reply = await askWhy(moduleName(program));
      expect(worst(reply)?.verdict, JSON.stringify(reply, undefined, 1)).toMatchObject({ kind, stuck: true });
      expect(worst(reply)?.verdict.text).toMatch(says);
      expect(markedLines(`servers/${program}`, paths.at(-1))).toContain(reply.culprit?.line);
    },
  );

  test.for<Shop>(["database_flask", "database_fastapi"])(
    "%s with a queue before its pool is not accused",
    { timeout: 400_000 },
    async (program, context) => {
      const shop = await startShop(python, program, context);
      const load = startLoad({ urls: [`${shop.url}/brief`], ratePerSecond: 20, durationMs: 5_000 });
      for (let look = 0; look < 2; look += 1) expectNobodyAccused(await askWhy(moduleName(program)));
      await load;
    },
  );
});
