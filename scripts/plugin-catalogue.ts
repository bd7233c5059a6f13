// First step of npm run build: writes src/protocol/plugin-catalogue.json where the Python package's commands changed. A program of its own,
// since everything else that is generated is bundled with that file in it.

import { isCurrent, writeFile } from "./generate/generated-files.ts";
import { pluginCatalogueFile } from "./generate/plugin-catalogue.ts";
import { projectRoot } from "./project.ts";

const file = pluginCatalogueFile(projectRoot);
if (file === undefined) console.log("no python3: src/protocol/plugin-catalogue.json stays as it is");
else if (!isCurrent(projectRoot, file)) {
  writeFile(projectRoot, file);
  console.log(`wrote ${file.path}`);
}
