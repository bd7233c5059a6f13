// Which kind of server a wait is for, and where it listens: from the client library, or else from the port or path that such servers have. Pure.

import { serverAskedBy, type ServerKind } from "../stacks/client-places.ts";
import type { ThreadLook, ThreadObservation } from "./observation.ts";

interface KnownServer {
  readonly kind: ServerKind;
  /** Client libraries in C, which leave no frame. */
  readonly library: RegExp;
  /** The end of the peer's address, or the path of a unix socket. */
  readonly address: RegExp;
  readonly path: RegExp;
}

// Ports as registered with IANA; PostgreSQL's socket is named after its port (unix_socket_directories in its manual).
const servers: readonly KnownServer[] = [
  { kind: "PostgreSQL", library: /^libpq$/, address: /:5432$/, path: /\/\.s\.PGSQL\.\d+$/ },
  { kind: "MySQL", library: /^lib(?:mysqlclient|mariadb)/, address: /:3306$/, path: /\/(?:mysqld?|mariadb)\.sock$/ },
  { kind: "Redis", library: /^libhiredis/, address: /:6379$/, path: /\/redis[^/]*\.sock$/ },
];

/** The server that a thread waits for; undefined where nothing tells it. */
export function serverOf(thread: ThreadObservation, { frames, detail }: Pick<ThreadLook, "frames" | "detail">): ServerKind | undefined {
  const asked = serverAskedBy(frames);
  if (asked !== undefined) return asked;
  const { library } = thread;
  const known = library === undefined ? undefined : servers.find((server) => server.library.test(library));
  return (known ?? servers.find(({ address, path }) => detail !== undefined && (address.test(detail) || path.test(detail))))?.kind;
}

const mostNamed = 2;

/** Where the other end of a unix socket is, which the kernel does not say: the one path on which such a server listens; "A or B" where there are two. */
export function listeningPath(kind: ServerKind, paths: readonly string[]): string | undefined {
  const path = servers.find((server) => server.kind === kind)?.path;
  const fitting = [...new Set(paths.filter((one) => path?.test(one)))];
  return fitting.length === 0 || fitting.length > mostNamed ? undefined : fitting.join(" or ");
}
