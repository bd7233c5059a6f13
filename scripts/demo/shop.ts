// Starts the demo's shop (gunicorn, four workers) and the carrier that never answers, and sends the requests that hang.

import { spawn } from "node:child_process";
import { copyFileSync, openSync } from "node:fs";
import { get } from "node:http";
import { createServer, type Server } from "node:net";
import { join } from "node:path";

export interface Shop {
  readonly port: number;
  /** The functions in which the two faulty requests stand still. */
  readonly hungFunctions: readonly string[];
  /** Sends a request that will not be answered. */
  hang(path: string): void;
  stop(): void;
}

export async function startShop(python: string, folder: string): Promise<Shop> {
  copyFileSync("scripts/demo/demo_shop.py", join(folder, "demo_shop.py"));
  const carrier = await startCarrier();
  const port = await freePort();
  const log = openSync(join(folder, "gunicorn.log"), "w");
  const words = ["-m", "gunicorn", "demo_shop:app", "--workers", "4", "--bind", `127.0.0.1:${port}`, "--timeout", "600"];
  const master = spawn(python, words, {
    cwd: folder,
    stdio: ["ignore", log, log],
    detached: true,
    env: { ...process.env, CARRIER_PORT: String(portOf(carrier)) },
  });
  const waiting: { destroy(): void }[] = [];
  await waitUntilAnswering(port);
  return {
    port,
    hungFunctions: ["reserve", "ask_carrier"],
    hang: (path) => void waiting.push(get({ port, path, host: "127.0.0.1" }).on("error", () => undefined)),
    stop: () => {
      for (const request of waiting) request.destroy();
      carrier.close();
      endGroup(master.pid);
    },
  };
}

// SIGKILL to the whole group: a worker that waits for a lock it holds itself does not end on request.
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

function startCarrier(): Promise<Server> {
  const server = createServer((socket) => void socket.on("error", () => undefined).resume());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      server.unref();
      resolve(server);
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function waitUntilAnswering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answered = await new Promise<boolean>((resolve) => {
      get({ port, path: "/", host: "127.0.0.1" }, (response) => void response.resume().once("end", () => resolve(true))).on("error", () =>
        resolve(false),
      );
    });
    if (answered) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`the shop did not answer on port ${port} within 20 s`);
}
