// npm run build: what is generated, the program in one file (dist/ispyd.mjs), the catalogue for other programs, and the manual pages.

import { writeAgentWheel } from "./build/agent-wheel.ts";
import { bundleProgram } from "./build/bundle.ts";
import { writeCatalogue } from "./build/json-catalogue.ts";
import { writeManPages } from "./build/man-pages.ts";
import { withAgentRecords } from "./generate/agent-records.ts";
import { loadRecords } from "./generate/command-records.ts";
import { generatedFiles, isCurrent, writeFile } from "./generate/generated-files.ts";
import { projectRoot } from "./project.ts";

const startedMs = performance.now();
for (const file of await generatedFiles(projectRoot)) {
  if (isCurrent(projectRoot, file)) continue;
  writeFile(projectRoot, file);
  console.log(`wrote ${file.path}`);
}
const sizeBytes = await bundleProgram(projectRoot, writeAgentWheel(projectRoot));
const records = withAgentRecords(await loadRecords(projectRoot));
writeCatalogue(projectRoot, records);
writeManPages(projectRoot, records);
console.log(`dist/ispyd.mjs: ${Math.round(sizeBytes / 1024)} KiB, in ${Math.round(performance.now() - startedMs)} ms`);
