// What says which request an answer is about, as every command tells it: id, method, route or view, thread and task. No value of it.

import { type InFlight, requestId } from "../outside/requests.ts";
import type { RequestHead } from "../protocol/requests-schema.ts";

export function requestHead(request: InFlight): RequestHead {
  const { kind, method, route, view, thread, task } = request;
  return {
    id: requestId(request),
    kind,
    method,
    ...(route === undefined ? {} : { route }),
    ...(view === undefined ? {} : { view }),
    tid: thread?.tid ?? 0,
    thread: thread?.name ?? "",
    task: task === undefined ? null : { id: `0x${task.address.toString(16)}`, name: task.name },
  };
}
