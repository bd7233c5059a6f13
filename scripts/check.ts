// npm run check: every check of the house, one line each with its time, and what a failing one says. `npm run check -- layers names` runs only those.

import { houseChecks } from "./check/house-checks.ts";
import { runChecks } from "./check/run-checks.ts";
import { projectRoot } from "./project.ts";

const wanted = process.argv.slice(2);
const known = houseChecks.map(({ name }) => name);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) console.error(`no check ${unknown.join(", ")}; there are ${known.join(", ")}`);
const chosen = houseChecks.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
process.exitCode = unknown.length > 0 ? 2 : (await runChecks(chosen, projectRoot)) ? 0 : 1;
