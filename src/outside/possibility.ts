// What may be done with a process, and where it may not: why, and what would allow it. The words that access.ts and its parts share.

import type { ServiceProcess } from "./services.ts";

export interface Possibility {
  readonly possible: boolean;
  /** In two or three words, for a column: "other user". */
  readonly reason?: string;
  /** In a sentence; where it is possible all the same, a reservation. */
  readonly why?: string;
  /** The exact command, or the change, that would allow it. */
  readonly remedy?: string;
}

export interface Access {
  readonly look: Possibility;
  readonly attach: Possibility;
}

export type AccessSubject = Pick<ServiceProcess, "pid" | "process" | "service" | "forksWorkers">;
