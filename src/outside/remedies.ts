// The exact command that would allow what was refused, by where ispyd stands: on a host, in a container, in a pod.
// Source: docker-run(1), kubectl debug's reference (the profile "general" adds SYS_PTRACE), sysctl(8).

import type { Observer } from "./observer.ts";
import { readControlGroup } from "./proc/cgroup.ts";

const image = "node:22";

/** What gives this user the capability over the process. */
export function capabilityRemedy(observer: Observer, pid: number): string {
  if (observer.surroundings === "kubernetes") return podRemedy(observer);
  if (observer.surroundings === "container") return containerRemedy(ownContainer(observer));
  return observer.uid.effective === 0 ? containerOrCapability(pid) : `sudo ispyd ... ${pid}`;
}

/** What lets this user read a process of another: becoming that user is enough where there is no capability to be had. */
export function ownerRemedy(observer: Observer, pid: number, owner: number): string {
  if (observer.surroundings !== "container") return capabilityRemedy(observer, pid);
  return `run it as the process's own user (docker exec -u ${owner} ${ownContainer(observer)} ...), or ${capabilityRemedy(observer, pid)}`;
}

// Docker names a container's host after the first twelve digits of its id.
function ownContainer({ group, hostName }: Observer): string {
  return group.container?.id.slice(0, 12) ?? (/^[0-9a-f]{12}$/.test(hostName) ? hostName : "CONTAINER");
}

/** Yama's setting, or going round it with the capability. */
export function scopeRemedy(observer: Observer, pid: number): string {
  if (observer.ptraceScope === 3) return "set kernel.yama.ptrace_scope to 2 or less in /etc/sysctl.d and boot again";
  if (observer.ptraceScope === 2) return capabilityRemedy(observer, pid);
  return observer.surroundings === "host"
    ? `sudo ispyd ... ${pid}, or sudo sysctl kernel.yama.ptrace_scope=0 for every process of this machine`
    : capabilityRemedy(observer, pid);
}

/** What leads out of a user namespace that has no power over the process. */
export function hostRemedy(observer: Observer, pid: number): string {
  return observer.surroundings === "kubernetes"
    ? podRemedy(observer)
    : `run it as root on the host, outside this user namespace: sudo ispyd ... ${pid}`;
}

/** A second container that shares the process ids of the first and holds the capability; nothing is restarted. */
function containerRemedy(name: string): string {
  return `on the host: docker run --rm -it --pid=container:${name} --cap-add=SYS_PTRACE ${image} npx ispyd ...`;
}

/** A temporary container beside the one of the application; nothing is restarted. */
function podRemedy({ hostName }: Pick<Observer, "hostName">): string {
  return `kubectl debug -it ${hostName} --target=CONTAINER --image=${image} --profile=general -- npx ispyd ... (--profile=sysadmin where general is not enough)`;
}

function containerOrCapability(pid: number): string {
  const group = readControlGroup(pid);
  const container = typeof group === "object" ? group.container : undefined;
  const beside = container === undefined ? "" : `, or ${containerRemedy(container.id.slice(0, 12))}`;
  return `run it with CAP_SYS_PTRACE (this root was started without it: capsh --print shows what is left)${beside}`;
}
