// Under gevent a module that the agent's thread imports must be none that the application may be importing: its greenlet would never be woken.

import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { agentEnvironment, openAgent } from "../rig/agent-client.ts";
import { environmentFor } from "../rig/environments.ts";
import { findInterpreters } from "../rig/interpreters.ts";
import { versionsOfFrameworks } from "../rig/scale.ts";
import { startTarget, stopTargets } from "../rig/target.ts";

const interpreters = versionsOfFrameworks(await findInterpreters());
afterAll(stopTargets);

const asked = [
  "process fds",
  "process environ",
  "python modules",
  "python gc",
  "logging loggers",
  "config environ",
  "wsgi recent",
  "asgi requests",
];

test.each(interpreters)("$version: commands import nothing of the standard library", async (interpreter) => {
  const environment = await environmentFor(interpreter, "web");
  const target = await startTarget({
    python: environment.python,
    args: [resolve("test/programs/recording/gevent_modules.py")],
    env: { ...interpreter.environment, ...agentEnvironment() },
  });
  const client = await openAgent(target.pid);
  const { result } = await client.ask("catalogue");
  const { plugins } = result as { plugins: { state: string; commands: { name: string }[] }[] };
  expect(plugins.filter(({ state }) => state !== "ready")).toEqual([]);
  const names = plugins.flatMap(({ commands }) => commands.map(({ name }) => name));
  const known = asked.filter((name) => names.includes(name));
  expect(known.length).toBeGreaterThan(4);
  for (const command of known) await client.call(command, { level: "capture" });
  await sleep(500);
  client.close();
  expect(
    target
      .output()
      .stdout.split("\n")
      .filter((line) => line.startsWith("new ")),
  ).toEqual([]);
  await target.stop();
});
