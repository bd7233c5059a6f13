// For CI: the CPythons that the tests want and the machine lacks, unpacked from Debian's packages into the rig's cache.

import { installDebianPythons } from "../test/rig/install-debian-pythons.ts";

const { missing } = await installDebianPythons((line) => process.stdout.write(`${line}\n`));
for (const { version, reason } of missing) process.stdout.write(`CPython ${version} can't be had here: ${reason}\n`);
