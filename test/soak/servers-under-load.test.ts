// Law 1 where it counts: real servers under load fail not one request while ispyd looks at them in a loop.

import { afterAll, describe, expect, it } from "vitest";
import { type Environment, environmentFor } from "../rig/environments.ts";
import { findInterpreters, type Interpreter } from "../rig/interpreters.ts";
import { ispyd } from "../rig/ispyd.ts";
import { startLoad } from "../rig/load.ts";
import { scaled, soak } from "../rig/scale.ts";
import { type Server, type ServerKind, startServer, startTaskLoad } from "../rig/servers.ts";
import { stopTargets } from "../rig/target.ts";

const kinds: readonly ServerKind[] = [
  "gunicorn-sync",
  "gunicorn-gthread",
  "gunicorn-django",
  "uvicorn",
  "django-runserver",
  "flask-run",
  "celery",
];
// Long enough in an ordinary run for each command to come round at least once.
const durationMs = scaled(60_000, 8_000);
// Well below what two workers can serve here, with a share of 50 ms requests and of CPU-bound ones.
const requestsPerSecond = 30;

const interpreters = (await findInterpreters()).filter(({ version }) =>
  (soak ? ["3.8", "3.11", "3.13", "3.14"] : ["3.11"]).includes(version),
);

afterAll(stopTargets);

describe.each(interpreters)("under load on Python $version", (interpreter: Interpreter) => {
  for (const kind of kinds) {
    it(`${kind}: no request fails while every command of level look runs in a loop`, { timeout: durationMs + 150_000 }, async (context) => {
      const environment = await environmentFor(interpreter, "web");
      const lacking = missingFor(kind, environment);
      if (lacking !== undefined) context.skip(lacking);
      const server = await startServer(kind, { environment });
      try {
        const [load, looks] = await Promise.all([loadOf(server), lookInALoop(server.pid)]);
        expect(load.failed).toEqual([]);
        expect(load.ok).toBe(load.sent);
        expect(load.sent).toBeGreaterThan(0);
        expect(looks.answered).toBeGreaterThan(0);
        expect(looks.problems).toEqual([]);
      } finally {
        await server.stop();
      }
    });
  }
});

function missingFor(kind: ServerKind, { missing }: Environment): string | undefined {
  const words = kind.split("-");
  return missing.map(({ name, reason }) => (words.includes(name) ? `${name}: ${reason}` : undefined)).find((text) => text !== undefined);
}

async function loadOf(server: Server): Promise<{ sent: number; ok: number; failed: string[] }> {
  if (server.kind === "celery") {
    const { sent, ok, failed } = await startTaskLoad(server, { ratePerSecond: 10, durationMs });
    return { sent, ok, failed: Object.entries(failed).map(([name, count]) => `${name}: ${count}`) };
  }
  const { sent, ok, failed } = await startLoad({
    urls: server.paths.map((path) => server.url + path),
    ratePerSecond: requestsPerSecond,
    durationMs,
  });
  return { sent, ok, failed: failed.map(({ cause, count }) => `${cause}: ${count}`) };
}

const looks = ["ps", "threads", "tasks", "requests", "locks", "why", "fds", "children", "report"];

// Exit code 5 (partial) is an answer too: it names a stack that never held still.
async function lookInALoop(pid: number): Promise<{ answered: number; problems: string[] }> {
  const endMs = performance.now() + durationMs;
  const problems: string[] = [];
  let answered = 0;
  while (performance.now() < endMs) {
    for (const command of looks) {
      const words = command === "ps" ? ["ps", "--json"] : [command, String(pid), "--json"];
      const { exitCode, stderr } = await ispyd(words);
      if (exitCode === 0 || exitCode === 5) answered += 1;
      else problems.push(`${words.join(" ")}: ${exitCode} ${stderr}`);
    }
  }
  return { answered, problems };
}
