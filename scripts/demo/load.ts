// A steady stream of customers for the demo's shop: 50 requests a second at fixed moments, whatever the answers do.

import { get } from "node:http";

export interface Load {
  counts(): { answered: number; failed: number };
  stop(): void;
}

const requestsPerSecond = 50;
const mostWaiting = 100;

export function startLoad(port: number): Load {
  let answered = 0;
  let failed = 0;
  let waiting = 0;
  const ask = (): void => {
    if (waiting >= mostWaiting) return;
    waiting += 1;
    const path = Math.random() < 0.5 ? "/" : "/search";
    const request = get({ port, path, host: "127.0.0.1", agent: false }, (response) => {
      if (response.statusCode === 200) answered += 1;
      else failed += 1;
      response.resume().once("close", () => (waiting -= 1));
    });
    request.once("error", () => {
      failed += 1;
      waiting -= 1;
    });
  };
  const timer = setInterval(ask, 1_000 / requestsPerSecond);
  return { counts: () => ({ answered, failed }), stop: () => clearInterval(timer) };
}
