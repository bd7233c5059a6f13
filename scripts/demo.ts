// `npm run demo`: a real gunicorn + Flask application with four workers under load, two of which hang; what ispyd sees of it, narrated.
// Needs Node, Python 3 and a package index; everything it starts is stopped and removed again. `-- --stay` keeps it running.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { prepareEnvironment } from "./demo/environment.ts";
import { hungPlaces } from "./demo/hung-places.ts";
import { startLoad } from "./demo/load.ts";
import { startShop } from "./demo/shop.ts";

const ispyd = resolve("dist/ispyd.mjs");
const stay = process.argv.includes("--stay");
const folder = mkdtempSync(join(tmpdir(), "ispyd-demo-"));
const cleanups: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })];
let cleaned = false;

function cleanUp(): void {
  if (cleaned) return;
  cleaned = true;
  for (const cleanup of cleanups.reverse()) cleanup();
}
process.on("exit", cleanUp);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(signal === "SIGINT" ? 130 : 143));

function say(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

/** Runs ispyd as a person would, with the command shown above its answer. */
function show(...words: string[]): void {
  process.stdout.write(`\n$ ispyd ${words.join(" ")}\n\n`);
  spawnSync(process.execPath, [ispyd, ...words], { stdio: "inherit" });
}

say("A shop: gunicorn with four workers and Flask, in a virtual environment of its own, under load.");
const python = prepareEnvironment((line) => process.stderr.write(`${line}\n`));
const shop = await startShop(python, folder);
cleanups.push(shop.stop);
const load = startLoad(shop.port);
cleanups.push(load.stop);
shop.hang("/checkout");
shop.hang("/shipping");
await new Promise((done) => setTimeout(done, 1_500));

say("Two customers wait and nothing is in the log. What is running here?");
show("ps", "demo_shop");
say("Why? (Nothing runs in the workers and nothing is stopped: their memory is read from outside, for about a second.)");
show("why", "demo_shop");
say("Which requests hang there, and where in the code?");
show("requests", "demo_shop");
say("Before anybody kills a worker: everything at this moment, in one page for the ticket.");
show("report", "demo_shop", "--output", join(stay ? process.cwd() : folder, "demo-incident.html"));

const places = hungPlaces(ispyd, shop.hungFunctions);
say("So these workers hang, each at one line of the application:");
for (const place of places)
  say(`  ${place.worker} (pid ${place.pid})  ${place.doing}\n    in ${place.function}, ${place.file}:${place.line}\n    ${place.source}`);
reportLoad();
if (stay) await keepRunning();
process.exit(places.length === 2 ? 0 : 1);

function reportLoad(): void {
  const { answered, failed } = load.counts();
  say(`Meanwhile the other workers answered ${answered} requests; ${failed} failed.`);
}

async function keepRunning(): Promise<void> {
  say(
    `The shop keeps running on port ${shop.port}. In another terminal try:\n\n  node ${ispyd} threads demo_shop --source\n  node ${ispyd} threads demo_demo_shop/2 --pause\n  node ${ispyd} doctor demo_shop\n\nCtrl-C ends it.`,
  );
  await new Promise(() => undefined);
}
