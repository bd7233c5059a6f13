// Where a process lives, in a few words: its container, its systemd unit, or the namespaces in which it differs from us.

import type { Observer } from "./observer.ts";
import { type ControlGroup, readControlGroup } from "./proc/cgroup.ts";
import { differingNamespaces, type NamespaceKind, readNamespaces } from "./proc/namespaces.ts";

export interface Whereabouts {
  readonly container?: NonNullable<ControlGroup["container"]>;
  readonly unit?: string;
  /** Namespaces that differ from ours, as far as they can be seen. */
  readonly namespaces: readonly NamespaceKind[];
}

export function locateProcess(pid: number, observer: Observer): Whereabouts {
  const group = readControlGroup(pid);
  const { container, unit } = typeof group === "object" ? group : {};
  return {
    ...(container === undefined ? {} : { container }),
    ...(unit === undefined ? {} : { unit }),
    namespaces: differingNamespaces(readNamespaces(pid), observer.namespaces),
  };
}
