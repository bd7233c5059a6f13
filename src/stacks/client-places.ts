// What a stack says of the client library that it waits in: for a free connection of a pool, or for the answer of which kind of server.
// Names are those of the libraries' versions since about 2020. Read by the readers of pools and by the diagnosis.

import type { Frame } from "./model.ts";
import { frameOrigin, isOwnCode, shortFile } from "./origin.ts";

export type ServerKind = "PostgreSQL" | "MySQL" | "Redis";

interface PoolPlace {
  readonly file: RegExp;
  /** Without their class; every function of the file where it is absent. */
  readonly functions?: RegExp;
}

const poolPlaces: readonly PoolPlace[] = [
  { file: /^sqlalchemy\/(?:pool\/|util\/queue\.py$)/ },
  // Its own threads and tasks wait there for something to do.
  { file: /^psycopg_pool\//, functions: /^(?!worker$|run$)/ },
  { file: /^psycopg2\/pool\.py$/ },
  { file: /^asyncpg\/pool\.py$/, functions: /^_acquire/ },
  { file: /^urllib3\/connectionpool\.py$/ },
  { file: /^redis\/connection\.py$/ },
  { file: /^redis\/asyncio\/connection\.py$/, functions: /^get_connection$/ },
  { file: /^pymongo\/(?:synchronous\/)?pool\.py$/ },
];

// What only hands a time limit on, between a pool and the wait itself.
const betweenPoolAndWait = /^(?:asyncpg\/compat|sqlalchemy\/util\/compat|psycopg_pool\/_acompat)\.py$/;

/** Whether a stack, innermost frame first, waits in a pool's own queue or condition: not inside the use, or the opening, of a connection. */
export function isPoolWait(frames: readonly Frame[]): boolean {
  const at = frames.findIndex(({ file }) => frameOrigin(file) !== "python" && !betweenPoolAndWait.test(shortFile(file)));
  const frame = frames[at];
  if (frame === undefined) return false;
  const file = shortFile(frame.file);
  const name = lastName(frame.function);
  return (
    poolPlaces.some((place) => place.file.test(file) && place.functions?.test(name) !== false) || (at > 0 && isGreenletPool(frame, frames))
  );
}

// SQLAlchemy's asynchronous pool waits in a queue of asyncio, from a greenlet of which only the way out is to be seen; up to 3.11 a limit of time
// puts the queue into a task of its own.
function isGreenletPool({ file, function: name }: Frame, [innermost]: readonly Frame[]): boolean {
  if (name !== "greenlet_spawn" || !/^sqlalchemy\/util\/_?concurrency/.test(shortFile(file)) || innermost === undefined) return false;
  const wait = lastName(innermost.function);
  const waitFile = shortFile(innermost.file);
  return (waitFile === "asyncio/queues.py" && wait === "get") || (waitFile === "asyncio/tasks.py" && wait === "wait_for");
}

const clients: readonly { readonly server: ServerKind; readonly file: RegExp }[] = [
  {
    server: "PostgreSQL",
    file: /^(?:psycopg|psycopg2|pg8000|asyncpg|aiopg|sqlalchemy\/dialects\/postgresql|django\/db\/backends\/postgresql)\//,
  },
  { server: "MySQL", file: /^(?:pymysql|MySQLdb|mysql\/connector|aiomysql|asyncmy|django\/db\/backends\/mysql)\// },
  { server: "Redis", file: /^(?:redis)\// },
];

/** The server that the innermost library of a stack talks to; undefined where no library shows it. What the application's code calls counts, not what calls it. */
export function serverAskedBy(frames: readonly Frame[]): ServerKind | undefined {
  const own = frames.findIndex(isOwnCode);
  for (const { file } of own < 0 ? frames : frames.slice(0, own)) {
    const found = clients.find((client) => client.file.test(shortFile(file)));
    if (found !== undefined) return found.server;
  }
  return undefined;
}

/**
 * How many of the innermost frames belong to a wait that a library cuts into short steps, only to notice Ctrl-C: psycopg's, which looks up every
 * 100 ms (wait of psycopg/connection.py and connection_async.py, waiting.py). 0 for every other stack.
 */
export function stepFrames(frames: readonly Frame[]): number {
  const at = frames.findIndex(({ file }) => frameOrigin(file) !== "python");
  const steps = frames.slice(Math.max(at, 0)).findIndex((frame) => !isStep(frame));
  return at < 0 ? 0 : steps > 0 ? at + steps : 0;
}

function isStep({ file, function: name }: Frame): boolean {
  return /^psycopg\/(?:connection|connection_async|waiting)\.py$/.test(shortFile(file)) && lastName(name).startsWith("wait");
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
