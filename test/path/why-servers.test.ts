// `why` on servers: the line of a request or a task that hangs, and no accusation of servers that are idle, fast, or merely slow.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { findInterpreters } from "../rig/interpreters.ts";
import { startLoad } from "../rig/load.ts";
import { startRedis } from "../rig/redis.ts";
import { runProgram } from "../rig/run-program.ts";
import { soak } from "../rig/scale.ts";
import { type ServerKind, startServer } from "../rig/servers.ts";
import { settled } from "../rig/settled.ts";
import { startTarget, stopTargets } from "../rig/target.ts";
import { askWhy, expectNobodyAccused, markedLines, programText } from "./why-rig.ts";
import { askAndLeave, moduleName, startHanging, webEnvironment, worst } from "./why-server-rig.ts";

const versions = ["3.9", "3.14"];
const found = (await findInterpreters()).filter(({ version, freeThreaded }) => !freeThreaded && (soak || versions.includes(version)));

afterEach(stopTargets);

const gunicorn = (more: readonly string[]) => (port: number) => [
  "bin:gunicorn",
  "--bind",
  `127.0.0.1:${port}`,
  "--workers",
  "2",
  ...more,
  `${moduleName("hang_flask")}:app`,
];
const uvicorn = (port: number): string[] => [
  "bin:uvicorn",
  `${moduleName("hang_fastapi")}:app`,
  "--port",
  String(port),
  "--log-level",
  "warning",
];

interface Scenario {
  server: string;
  needs: string;
  program: string;
  words: (port: number) => readonly string[];
  path: string;
  kind: string;
  stuck?: false;
}

const scenarios: readonly Scenario[] = [
  ...["silent", "lock", "sleep", "regex"].map((path) => flaskScenario("gunicorn sync", [], path)),
  ...["silent", "lock"].map((path) => flaskScenario("gunicorn gthread", ["--threads", "4"], path)),
  { server: "uvicorn", needs: "uvicorn", program: "hang_fastapi", words: uvicorn, path: "silent", kind: "waits for a peer" },
  { server: "uvicorn", needs: "uvicorn", program: "hang_fastapi", words: uvicorn, path: "block", kind: "event loop blocked" },
  { server: "uvicorn", needs: "uvicorn", program: "hang_fastapi", words: uvicorn, path: "lock", kind: "tasks in a circle" },
];

function flaskScenario(server: string, more: readonly string[], path: string): Scenario {
  const kind = { silent: "waits for a peer", lock: "deadlock", sleep: "sleeps", regex: "busy" }[path] ?? "";
  return {
    server,
    needs: "gunicorn",
    program: "hang_flask",
    words: gunicorn(more),
    path,
    kind,
    ...(path === "regex" ? { stuck: false } : {}),
  };
}

describe.each(found)("Python $full", (python) => {
  test.for(scenarios)(
    "$server, /$path: $kind, at the marked line",
    { timeout: 400_000 },
    async ({ needs, program, words, path, kind, stuck = true }, context) => {
      const target = await startHanging(await webEnvironment(python, needs, context), { program, words });
      await askAndLeave(target, path);
      const answer = await askWhy(target.pid);
      const all = answer.workers.length === 1 && program === "hang_flask" ? await askWhy(moduleName(program)) : answer;
      expect(worst(all)?.verdict, JSON.stringify(all, undefined, 1)).toMatchObject({ kind, stuck });
      expect(markedLines(`servers/${program}`, path)).toContain(all.culprit?.line);
      expect(all.culprit?.file.endsWith(`/${moduleName(program)}.py`)).toBe(true);
      expect(worst(all)?.verdict.text).toContain(`, serving GET /${path}`);
      expect(worst(all)?.verdict.requests).toEqual([`GET /${path}`]);
      expect(worst(all)?.evidence.flatMap(({ requests }) => requests)).toContain(`GET /${path}`);
      expect(all.verdict).toContain(stuck ? `, serving GET /${path}` : "");
    },
  );

  test.for(["silent", "regex"])("celery, task %s, at the marked line", { timeout: 400_000 }, async (task, context) => {
    const environment = await webEnvironment(python, "celery", context);
    const redis = await startRedis();
    const env = { SHOP_BROKER: redis.url, SHOP_QUEUE: `hang-${process.pid}-${Date.now()}`, PYTHONDONTWRITEBYTECODE: "1" };
    const args = [
      join(environment.bin, "celery"),
      "--app",
      moduleName("hang_celery"),
      "worker",
      "--concurrency",
      "2",
      "--queues",
      env.SHOP_QUEUE,
    ];
    const files = { [`${moduleName("hang_celery")}.py`]: programText("servers/hang_celery") };
    const target = await startTarget({ python: environment.python, files, args, env, ready: "started" });
    for (let attempt = 0; attempt < 600 && !/ ready\.$/m.test(target.output().stderr); attempt += 1) await sleep(50);
    await runProgram(environment.python, [`${moduleName("hang_celery")}.py`, task], { directory: target.directory, env });
    await sleep(300);
    await settled(target.pid);
    const answer = await askWhy(target.pid);
    const all = answer.workers.length > 1 ? answer : await askWhy(moduleName("hang_celery"));
    await target.stop();
    await redis.stop();
    expect(worst(all)?.verdict.kind, JSON.stringify(all, undefined, 1)).toBe(task === "silent" ? "waits for a peer" : "busy");
    expect(markedLines("servers/hang_celery", task)).toContain(all.culprit?.line);
    expect(worst(all)?.verdict.requests).toEqual([`TASK ${task}`]);
    expect(all.workers.filter(({ stuck }) => stuck)).toHaveLength(task === "silent" ? 1 : 0);
  });

  test("requests that sleep 300 ms again and again, or wait in asyncio, are not accused", { timeout: 400_000 }, async (context) => {
    const environment = await webEnvironment(python, "gunicorn", context);
    const flask = await startHanging(environment, { program: "hang_flask", words: gunicorn([]) });
    await askAndLeave(flask, "steps");
    expectNobodyAccused(await askWhy(moduleName("hang_flask")));
    const fastapi = await startHanging(environment, { program: "hang_fastapi", words: uvicorn });
    await askAndLeave(fastapi, "poll");
    const answer = await askWhy(fastapi.pid);
    expectNobodyAccused(answer);
    expect(answer.verdict).toMatch(/the task of .* waits in poll /i);
  });

  const kinds: readonly [ServerKind, string, number][] = [
    ["gunicorn-sync", "gunicorn", 2],
    ["gunicorn-gthread", "gunicorn", 2],
    ["uvicorn", "uvicorn", 1],
    ["uvicorn", "uvicorn", 2],
    ["hypercorn", "hypercorn", 2],
    ["django-runserver", "django", 1],
    ["flask-run", "flask", 1],
    ["celery", "celery", 2],
  ];

  test.for(kinds)("idle %s is not accused: %s, %i workers", { timeout: 400_000 }, async ([kind, needs, workers], context) => {
    const environment = await webEnvironment(python, needs, context);
    const server = await startServer(kind, { environment, workers });
    for (const pid of new Set([server.pid, ...server.workers()])) {
      const answer = await askWhy(pid);
      expectNobodyAccused(answer);
      expect(
        answer.workers.map(({ verdict }) => verdict.kind),
        JSON.stringify(answer.workers, undefined, 1),
      ).toEqual(answer.workers.map(() => "idle"));
    }
    await server.stop();
  });

  test.for<[ServerKind, string]>([
    ["gunicorn-sync", "gunicorn"],
    ["gunicorn-gthread", "gunicorn"],
    ["uvicorn", "uvicorn"],
  ])("%s under load is not accused", { timeout: 400_000 }, async ([kind, needs], context) => {
    const server = await startServer(kind, { environment: await webEnvironment(python, needs, context) });
    const load = startLoad({ urls: ["/", "/slow"].map((path) => `${server.url}${path}`), ratePerSecond: 20, durationMs: 12_000 });
    for (let look = 0; look < 4; look += 1) for (const pid of server.workers()) expectNobodyAccused(await askWhy(pid));
    const { failed } = await load;
    expect(failed).toEqual([]);
    await server.stop();
  });
});
