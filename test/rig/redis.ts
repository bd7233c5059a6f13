// The Redis that Celery needs: the machine's own on 127.0.0.1:6379 if it answers, otherwise one of the rig's on a free port.

import { connect } from "node:net";
import { freePort } from "./ports.ts";
import { startTarget } from "./target.ts";

export interface Redis {
  /** "redis://127.0.0.1:6379/0". */
  url: string;
  /** Does nothing to a Redis that was there before. */
  stop(): Promise<void>;
}

/** Throws when none answers and redis-server can't be started. */
export async function startRedis(): Promise<Redis> {
  const usualPort = 6379;
  if (await answersPing(usualPort)) return { url: `redis://127.0.0.1:${usualPort}/0`, stop: async () => {} };
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const target = await startTarget({ python: "redis-server", args, ready: { port } });
  return { url: `redis://127.0.0.1:${port}/0`, stop: () => target.stop() };
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: 1000 }, () => socket.write("PING\r\n"));
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (data) => finish(data.toString("latin1").startsWith("+PONG")));
    socket
      .on("error", () => finish(false))
      .on("timeout", () => finish(false))
      .on("close", () => finish(false));
  });
}
