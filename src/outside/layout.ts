// Which layout belongs to which CPython: by minor version and by whether the build has a GIL.

import type { Layout } from "./layout-type.ts";
import { python310 } from "./layouts/python-3.10.ts";
import { python311 } from "./layouts/python-3.11.ts";
import { python312 } from "./layouts/python-3.12.ts";
import { python313 } from "./layouts/python-3.13.ts";
import { python313FreeThreaded } from "./layouts/python-3.13-free-threaded.ts";
import { python314 } from "./layouts/python-3.14.ts";
import { python314FreeThreaded } from "./layouts/python-3.14-free-threaded.ts";
import { python315 } from "./layouts/python-3.15.ts";
import { python315FreeThreaded } from "./layouts/python-3.15-free-threaded.ts";
import { python38 } from "./layouts/python-3.8.ts";
import { python39 } from "./layouts/python-3.9.ts";

const layouts: readonly Layout[] = [
  python38,
  python39,
  python310,
  python311,
  python312,
  python313,
  python314,
  python315,
  python313FreeThreaded,
  python314FreeThreaded,
  python315FreeThreaded,
];

/** What ispyd can read, as messages say it. */
export const supportedVersions = "CPython 3.8 to 3.15";

export function layoutOf(minor: number, freeThreaded: boolean): Layout | undefined {
  return layouts.find((layout) => layout.minor === minor && layout.freeThreaded === freeThreaded);
}

/** The versions that have no `Py_Version` symbol and no table of offsets (3.8 to 3.10): told apart by trying. */
export const unmarkedLayouts: readonly Layout[] = layouts.filter((layout) => layout.minor < 11);

/** "3.14.10" or "3.14.0a3", with a "t" for builds without the GIL. Source: Include/patchlevel.h, PY_VERSION_HEX. */
export function versionText(versionHex: number, freeThreaded: boolean): string {
  const micro = (versionHex >>> 8) & 0xff;
  const level = (versionHex >>> 4) & 0xf;
  const serial = versionHex & 0xf;
  const mark = { 10: "a", 11: "b", 12: "rc" }[level];
  return `${versionHex >>> 24}.${(versionHex >>> 16) & 0xff}.${micro}${mark === undefined ? "" : `${mark}${serial}`}${freeThreaded ? "t" : ""}`;
}
