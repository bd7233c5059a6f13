// The names of several workers on one line: "shop/1, shop/2", at most eight of them.

import type { WorkerName } from "./agent-result.ts";

const mostNamed = 8;

export function workersText(workers: readonly WorkerName[]): string {
  const names = workers.slice(0, mostNamed).map(({ label }) => label);
  const more = workers.length - names.length;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
}
