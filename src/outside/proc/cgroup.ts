// /proc/PID/cgroup: the container or the systemd unit that a process belongs to, by the names that runtimes give.
// Source: cgroups(7); the forms are those of Docker, containerd, CRI-O, podman and systemd (systemd.slice(5), systemd.scope(5)).

import { type ProcAnswer, procPath, readProcText } from "./read-text.ts";

type ContainerKind = "docker" | "kubernetes" | "podman" | "containerd" | "lxc";

export interface ControlGroup {
  readonly container?: { readonly kind: ContainerKind; readonly id: string };
  /** A systemd unit: "shop.service". */
  readonly unit?: string;
}

const containerForms: readonly { readonly kind: ContainerKind; readonly form: RegExp }[] = [
  { kind: "kubernetes", form: /\/kubepods.*?[/-]([0-9a-f]{64})(?:\.scope)?(?:\/|$)/ },
  { kind: "docker", form: /\/(?:docker\/|docker-)([0-9a-f]{64})(?:\.scope)?(?:\/|$)/ },
  { kind: "podman", form: /\/libpod(?:_parent)?[-/](?:libpod-)?([0-9a-f]{64})(?:\.scope)?(?:\/|$)/ },
  { kind: "containerd", form: /\/(?:cri-containerd-|crio-|nerdctl-|containerd[-/])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/ },
  { kind: "lxc", form: /\/(?:lxc\.payload\.|lxc\/)([\w.-]{1,64})(?:\/|$)/ },
];

/** The group of a process; what no form fits stays empty. */
export function readControlGroup(pid: number | "self"): ProcAnswer<ControlGroup> {
  const read = readProcText(pid === "self" ? "/proc/self/cgroup" : `${procPath(pid)}/cgroup`, 16_384);
  return typeof read === "object" ? parseControlGroup(read.text) : read;
}

export function parseControlGroup(text: string): ControlGroup {
  const paths = text.split("\n").map((line) => line.split(":").slice(2).join(":"));
  for (const { kind, form } of containerForms) {
    const match = paths.map((path) => form.exec(path)).find((found) => found !== null);
    if (match?.[1] !== undefined) return { container: { kind, id: match[1] } };
  }
  const unit = paths.map((path) => /\/([\w@.:\\-]+\.service)(?:\/|$)/.exec(path)).find((found) => found !== null)?.[1];
  return unit === undefined ? {} : { unit };
}
