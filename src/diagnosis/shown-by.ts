// The threads and tasks that show a finding, for whoever asks what they serve. Pure.

import type { Finding } from "./finding.ts";
import type { ProcessObservation, TaskObservation, ThreadObservation } from "./observation.ts";

/** In the order of the finding, threads first. */
export function shownBy(process: ProcessObservation, { tids, tasks }: Finding): (ThreadObservation | TaskObservation)[] {
  return [
    ...tids.flatMap((tid) => process.threads.find((thread) => thread.tid === tid) ?? []),
    ...tasks.flatMap((id) => process.tasks.find((task) => task.id === id) ?? []),
  ];
}
