// Time as the rest of the house sees it: monotonic milliseconds for spans, wall time only for records.

/** Milliseconds on a clock that never goes back; only differences mean anything. */
export function monotonicMs(): number {
  // performance.now() would load a dozen of Node's modules, which no start needs.
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/** A moment in a record: ISO 8601 in UTC with milliseconds. */
export function timestamp(): string {
  return new Date().toISOString();
}

/** A wait that ends early, without throwing, when the signal is aborted. */
export function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    signal?.addEventListener("abort", done, { once: true });
  });
}
