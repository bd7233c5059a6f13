// node scripts/run.mjs generate: writes what follows from the command records and is committed. With --check it writes nothing and fails where a file is out of date.

import { generatedFiles, isCurrent, writeFile } from "./generate/generated-files.ts";
import { projectRoot } from "./project.ts";

const checking = process.argv.includes("--check");
const outdated = (await generatedFiles(projectRoot)).filter((file) => !isCurrent(projectRoot, file));
for (const file of outdated) {
  if (!checking) writeFile(projectRoot, file);
  console.log(checking ? `${file.path} is out of date: npm run build writes it` : `wrote ${file.path}`);
}
process.exitCode = checking && outdated.length > 0 ? 1 : 0;
