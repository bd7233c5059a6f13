// What a thread is doing, in words: from its state, the system call it sleeps in, and what that call's descriptor stands for.
// On the path of `threads`: asked once per thread, after its stack was read. Nothing here needs the thread to answer.

import type { ThreadActivity } from "../stacks/model.ts";
import { callOnDescriptor } from "./descriptor-activity.ts";
import type { Memory } from "./memory.ts";
import type { SocketTable } from "./proc/net.ts";
import { readStat } from "./proc/stat.ts";
import { type CurrentCall, readCurrentCall } from "./proc/syscall.ts";
import { readWaitChannel } from "./proc/wchan.ts";
import { awaitedDescriptor, type Awaited } from "./poll-arguments.ts";
import { systemCallName } from "./system-calls.ts";

export interface Activity {
  readonly state: ThreadActivity;
  /** "from 10.0.0.5:5432", "on 0.0.0.0:8000", a path, or the name of the system call. */
  readonly detail?: string;
}

export interface ActivityQuestion {
  readonly pid: number;
  readonly tid: number;
  readonly holdsGil: boolean;
  readonly waitsForGil: boolean;
  /** From `openSocketTable(pid)`, one for all threads of a process. */
  readonly sockets: SocketTable;
  /** Where it is given, a thread in poll or select is told apart by the descriptors it waits for. */
  readonly memory?: Memory;
}

/** Never throws; a thread that ended meanwhile is "ended", one that can't be looked at is "unknown". */
export function threadActivity(question: ActivityQuestion): Activity {
  const stat = readStat(question.pid, question.tid);
  if (stat === undefined) return { state: "ended" };
  if (stat === "EACCES") return { state: "unknown" };
  const settled = stateActivity(stat.state);
  if (settled !== undefined) return settled;
  if (question.waitsForGil) return { state: "waits for the GIL" };
  const call = readCurrentCall(question.pid, question.tid);
  if (call === undefined || call === "EACCES") return channelActivity(readWaitChannel(question.pid, question.tid), stat.state);
  return callActivity(call, stat.state, question);
}

// D comes later: what it waits for is in the system call.
function stateActivity(state: string): Activity | undefined {
  if (state === "R") return { state: "on CPU" };
  if (state === "T" || state === "t") return { state: "stopped" };
  return state === "Z" || state === "X" || state === "x" ? { state: "ended" } : undefined;
}

function callActivity(call: CurrentCall, state: string, question: ActivityQuestion): Activity {
  if (call.kind === "running") return { state: "on CPU" };
  if (call.kind === "blocked") return { state: state === "D" ? "waits for the disk" : "unknown" };
  const name = systemCallName(call.number);
  const fixed = name === undefined ? undefined : fixedActivities[name];
  if (fixed !== undefined) return { state: fixed };
  const awaited = awaitedDescriptor(name, call.arguments, question.memory);
  const known = awaited === undefined ? undefined : describe(awaited, question);
  if (known !== undefined) return known;
  // restart_syscall and calls outside the tables: the kernel's own function says more than a number.
  const channel = channelActivity(readWaitChannel(question.pid, question.tid), state);
  if (channel.state !== "unknown" && name === undefined) return channel;
  if (state === "D") return { state: "waits for the disk", ...(name === undefined ? {} : { detail: name }) };
  return { state: "in a system call", detail: name ?? `number ${call.number}` };
}

function describe(awaited: Awaited, question: ActivityQuestion): Activity | undefined {
  if (awaited.purpose === "sleep") return { state: "sleeps" };
  if (awaited.purpose === "poll")
    return { state: "waits in poll", ...(awaited.count === 0 ? {} : { detail: `${awaited.count} descriptors` }) };
  return callOnDescriptor(awaited, question);
}

const fixedActivities: Readonly<Partial<Record<string, ThreadActivity>>> = {
  futex: "waits for a lock",
  futex_wait: "waits for a lock",
  futex_waitv: "waits for a lock",
  nanosleep: "sleeps",
  clock_nanosleep: "sleeps",
  epoll_wait: "idle in epoll",
  epoll_pwait: "idle in epoll",
  epoll_pwait2: "idle in epoll",
  io_uring_enter: "waits in poll",
  wait4: "waits for a child process",
  waitid: "waits for a child process",
  fsync: "waits for the disk",
  fdatasync: "waits for the disk",
  sched_yield: "on CPU",
};

// Names of kernel functions are no interface: they changed over the years, so each line takes old and new ones.
const channels: readonly (readonly [RegExp, ThreadActivity])[] = [
  [/futex/, "waits for a lock"],
  [/flock|posix_lock|locks_lock|fcntl_setlk/, "waits for a lock"],
  [/nanosleep|hrtimer/, "sleeps"],
  [/ep_poll|epoll/, "idle in epoll"],
  [/do_sys_poll|do_poll|do_select|poll_schedule/, "waits in poll"],
  [/accept|wait_for_packet_accept/, "accepts connections"],
  [/inet_stream_connect|wait_for_connect|unix_stream_connect|unix_wait_for_peer/, "connects"],
  [/stream_wait_memory|sock_alloc_send|sock_wait_for_wmem/, "writes a socket"],
  [/sk_wait_data|wait_for_more_packets|wait_for_packet|stream_data_wait|stream_read|recvmsg/, "reads a socket"],
  [/pipe_read|pipe_wait_readable/, "reads a pipe"],
  [/pipe_write|pipe_wait_writable/, "writes a pipe"],
  [/^do_wait|kernel_wait|kernel_waitid/, "waits for a child process"],
  [/io_schedule|wait_on_page|folio_wait|wait_on_buffer|jbd2|blk_/, "waits for the disk"],
  [/n_tty_read|wait_woken/, "reads a file"],
];

function channelActivity(channel: string | undefined, state: string): Activity {
  const known = channels.find(([form]) => channel !== undefined && form.test(channel))?.[1];
  return { state: known ?? (state === "D" ? "waits for the disk" : "unknown") };
}
