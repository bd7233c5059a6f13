// The record of `doctor`: what stands between this user and a process, and what each command could do here.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { doctorSchema } from "../doctor-schema.ts";
import { doctorView } from "../doctor-view.ts";

export default defineCommand({
  name: "doctor",
  level: "look",
  summary: "What each command could do here, and why not",
  description:
    "Looks at this machine (user, capabilities, ptrace_scope, containers, namespaces, security modules) and, with a target, at each of its processes: " +
    "interpreter and build, libc, the switches of its owner, seccomp, and whether it can be looked at, paused and attached to. " +
    "What is not possible comes with its cause and the exact command that would allow it. Permission is tried, not guessed.",
  target: "optional",
  params: () => z.object({}),
  result: () => doctorSchema(),
  shape: "record",
  recorded: true,
  examples: [
    { command: "ispyd doctor", says: "this machine and this user" },
    { command: "ispyd doctor shop", says: "every process of the service shop" },
    { command: "ispyd doctor 4711 --json", says: "one process, for a program" },
  ],
  view: doctorView,
});
