// The schemas of what `doctor` answers: this machine and this user, the target's processes, and what each command could do.

import { z } from "zod";
import { once } from "../base/once.ts";
import { levels } from "./level.ts";
import { possibilitySchema, processSchema } from "./process-schema.ts";
import { foreignText } from "./stack-schema.ts";

const hostSchema = once(() =>
  z.object({
    user: z.string(),
    uid: z.int(),
    mayTrace: z.boolean().describe("CAP_SYS_PTRACE in the user namespace that ispyd runs in"),
    ptraceScope: z.int().describe("kernel.yama.ptrace_scope; 0 where the kernel has no Yama"),
    yamaPresent: z.boolean(),
    surroundings: z.enum(["host", "container", "kubernetes"]),
    firstUserNamespace: z.boolean(),
    securityModules: z.array(z.string()),
    kernel: z.string(),
    machine: z.string(),
    node: z.string(),
    auditDirectory: z.string(),
    settings: z.array(z.string()),
    pythonProcesses: z.int(),
    readableProcesses: z.int(),
  }),
);

const interpreterSchema = once(() =>
  z.object({
    path: foreignText(),
    build: z.enum(["shared", "static", "embedded"]),
    machine: z.string(),
  }),
);

const diagnosisSchema = once(() =>
  processSchema()
    .omit({ cpuPercent: true })
    .extend({
      interpreter: interpreterSchema().optional(),
      problem: foreignText().optional().describe("why the interpreter could not be read"),
      libc: z.enum(["glibc", "musl", "unknown"]),
      tracerPid: z.int().describe("a debugger that holds the process; 0 where there is none"),
      seccomp: z.enum(["off", "strict", "filters"]),
      remoteDebugging: z.string().describe("Python's own door for debuggers (3.14 and later)"),
      ceiling: foreignText().describe("what the owner allows whoever debugs it, and where that was set"),
      ceilingLevel: z.enum(levels).optional().describe("the highest level that this lets through; left out where none is set"),
      pause: possibilitySchema(),
    }),
);

const commandPossibilitySchema = once(() => possibilitySchema().extend({ command: z.string(), level: z.enum(levels) }));

export const doctorSchema = once(() =>
  z.object({
    host: hostSchema(),
    targets: z.array(diagnosisSchema()),
    commands: z.array(commandPossibilitySchema()),
  }),
);

export type HostResult = z.output<ReturnType<typeof hostSchema>>;
export type Diagnosis = z.output<ReturnType<typeof diagnosisSchema>>;
export type CommandPossibility = z.output<ReturnType<typeof commandPossibilitySchema>>;
export type DoctorResult = z.output<ReturnType<typeof doctorSchema>>;
