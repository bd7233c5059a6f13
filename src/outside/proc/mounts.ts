// /proc/PID/mountinfo: which filesystem a descriptor lies in, so that none is entered that answers by running somebody's program or the kernel's.
// Source: proc_pid_mountinfo(5), proc_pid_fdinfo(5) for mnt_id.

import { readProcText } from "./read-text.ts";

export interface MountTypes {
  /** The type of the filesystem of one of our own descriptors where it must not be entered ("proc", "fuse.sshfs"); undefined where it may. */
  typeOf(descriptor: number): string | undefined;
}

// FUSE is answered by a program that may never answer; the others hold the kernel's own files, regular in name only.
const unsafeTypes =
  /^(?:fuse(?:\..*|blk|ctl)?|proc|sysfs|cgroup2?|debugfs|tracefs|securityfs|configfs|bpf|devpts|mqueue|binfmt_misc|autofs|pstore|efivarfs|selinuxfs|nsfs)$/;

const mostMounts = 1024 * 1024;

/** The mounts that a process sees. Its root's own mount counts as safe, also where it is FUSE (fuse-overlayfs under podman). */
export function readMountTypes(pid: number): MountTypes {
  const read = readProcText(`/proc/${pid}/mountinfo`, mostMounts);
  const types = typeof read === "object" ? parseMounts(read.text) : new Map<string, string>();
  return {
    typeOf(descriptor) {
      const info = readProcText(`/proc/self/fdinfo/${descriptor}`, 4_096);
      const mount = typeof info === "object" ? /^mnt_id:\s*(\d+)$/m.exec(info.text)?.[1] : undefined;
      const type = mount === undefined ? undefined : types.get(mount);
      return type !== undefined && unsafeTypes.test(type) ? type : undefined;
    },
  };
}

/** Mount id to filesystem type, without the mount at "/": "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw". */
export function parseMounts(text: string): Map<string, string> {
  const types = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^(\d+) \d+ \S+ \S+ (\S+) .*? - (\S+) /.exec(line);
    if (match?.[1] !== undefined && match[3] !== undefined && match[2] !== "/") types.set(match[1], match[3]);
  }
  return types;
}
