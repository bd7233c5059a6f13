// What `ps` and `doctor` answer about one process alike, in the form of the protocol.

import type { ProcessDescription } from "../outside/describe-process.ts";
import type { ServiceProcess } from "../outside/services.ts";
import type { ProcessResult } from "../protocol/process-schema.ts";

export function processFacts(
  { pid, service, worker, part, application }: ServiceProcess,
  description: ProcessDescription,
): Omit<ProcessResult, "cpuPercent"> {
  const { ports, where, ...rest } = description;
  return {
    pid,
    service,
    worker,
    part,
    ...(application === undefined ? {} : { application }),
    ...rest,
    ports: [...ports],
    where: { ...where, namespaces: [...where.namespaces] },
  };
}
