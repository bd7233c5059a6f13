// The schemas of what `ps` and `doctor` say about a process: what it is, where it lives, what may be done with it.

import { z } from "zod";
import { once } from "../base/once.ts";
import { foreignText, targetHeadSchema } from "./stack-schema.ts";

export const possibilitySchema = once(() =>
  z.object({
    possible: z.boolean(),
    reason: z.string().optional().describe("in two or three words"),
    why: foreignText().optional().describe("in a sentence; where it is possible all the same, a reservation"),
    remedy: foreignText().optional().describe("the command or change that would allow it"),
  }),
);

const accessSchema = once(() => z.object({ look: possibilitySchema(), attach: possibilitySchema() }));

const whereaboutsSchema = once(() =>
  z.object({
    container: z.object({ kind: z.string(), id: z.string() }).optional(),
    unit: foreignText().optional().describe("systemd unit"),
    namespaces: z.array(z.string()).describe("namespaces that differ from ispyd's own, as far as they can be seen"),
  }),
);

export const processSchema = once(() =>
  targetHeadSchema().extend({
    part: z
      .enum(["main", "worker", "child", "helper"])
      .describe("main: launcher or single process; child: forked or spawned by the application; helper: multiprocessing's own"),
    application: foreignText().optional().describe("as the launcher was given it: shop.wsgi:app"),
    parent: z.int(),
    executable: foreignText(),
    ageMs: z.number(),
    uid: z.int(),
    user: z.string(),
    cpuPercent: z.number().describe("of one processor, over about 0.1 s; counted in steps of 10 ms"),
    cpuLifetimePercent: z.number().describe("of one processor, since the process started"),
    residentBytes: z.int(),
    threads: z.int(),
    ports: z.array(z.int()).describe("TCP ports it listens on"),
    portsHidden: z.boolean().describe("true where this user may not see its sockets"),
    where: whereaboutsSchema(),
    access: accessSchema(),
  }),
);

export type ProcessResult = z.output<ReturnType<typeof processSchema>>;
export type PossibilityResult = z.output<ReturnType<typeof possibilitySchema>>;
export type WhereaboutsResult = z.output<ReturnType<typeof whereaboutsSchema>>;
