// The one model of what a Python process does: frames, stacks, threads and tasks, immutable, read by commands, exporters and pictures.

/** One call: the innermost frame stands first in a stack. `line` and `column` are 1-based; 0 where the code has no line there. */
export interface Frame {
  /** Qualified name on 3.11 and later, plain name before. */
  readonly function: string;
  readonly file: string;
  readonly line: number;
  /** Only 3.11 and later, and only where the compiler kept columns. */
  readonly column?: number | undefined;
}

/**
 * How far a stack read from a running process can be trusted.
 * kept: consistent at the first read. retried: consistent after further reads. rejected: never consistent within the bound, so not shown.
 */
export type Verdict = "kept" | "retried" | "rejected";

export interface VerdictCounts {
  readonly kept: number;
  readonly retried: number;
  readonly rejected: number;
}

/** What a thread is doing, in the words that people read; `detail` names the peer, the lock or the call where it is known. */
export type ThreadActivity =
  | "on CPU"
  | "waits for the GIL"
  | "waits for a lock"
  | "sleeps"
  | "idle in epoll"
  | "waits in poll"
  | "reads a socket"
  | "writes a socket"
  | "accepts connections"
  | "connects"
  | "reads a pipe"
  | "writes a pipe"
  | "reads a file"
  | "writes a file"
  | "waits for a child process"
  | "waits for the disk"
  | "in a system call"
  | "stopped"
  | "ended"
  | "unknown";

/** How many of each verdict, counted over stacks. */
export function countVerdicts(verdicts: Iterable<Verdict>): VerdictCounts {
  const counts = { kept: 0, retried: 0, rejected: 0 };
  for (const verdict of verdicts) counts[verdict] += 1;
  return counts;
}
