// Why a process can't be looked at: the kernel's rule walked step by step, on real processes seen by readers with less power.

import { afterAll, expect, test } from "vitest";
import { assessAccess } from "../../../src/outside/access.ts";
import type { AccessSubject } from "../../../src/outside/possibility.ts";
import { explainRefusal } from "../../../src/outside/look-refusal.ts";
import { observe, type Observer } from "../../../src/outside/observer.ts";
import { identifyProcess } from "../../../src/outside/python-process.ts";
import { startTarget, stopTargets, type Target } from "../../rig/target.ts";

const waiting = "import time\nprint('ready', flush=True)\ntime.sleep(600)\n";
const undumpable = `import ctypes\nctypes.CDLL(None).prctl(4, 0)\n${waiting}`;
const systemPython = "/usr/bin/python3";
const nobody = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;

afterAll(stopTargets);

function observerAs(uid: number, more: Partial<Observer> = {}): Observer {
  const ids = { real: uid, effective: uid, saved: uid, filesystem: uid };
  return {
    ...observe(),
    uid: ids,
    gid: ids,
    mayTrace: false,
    effectiveCapabilities: 0n,
    ptraceScope: 0,
    surroundings: "host",
    securityModules: [],
    ...more,
  };
}

function subjectOf({ pid }: Target, forksWorkers = false): AccessSubject {
  const found = identifyProcess(pid);
  if (typeof found !== "object") throw new Error(`process ${pid} is ${found ?? "gone"}`);
  return { pid, process: found, service: "shop", forksWorkers };
}

test("a process of one's own can be looked at and attached to", async () => {
  const target = await startTarget({ python: systemPython, program: waiting });
  expect(assessAccess(subjectOf(target), observe())).toEqual({ look: { possible: true }, attach: { possible: true } });
});

test("a launcher that forks workers is for looking only, and its workers are named", async () => {
  const target = await startTarget({ python: systemPython, program: waiting });
  const { look, attach } = assessAccess(subjectOf(target, true), observe());
  expect(look.possible).toBe(true);
  expect(attach).toMatchObject({ possible: false, reason: "forks workers", remedy: "attach to its workers: shop/1" });
});

test.each([
  [{ PYTHON_DISABLE_REMOTE_DEBUG: "1" }, "remote debugging off"],
  [{ ISPYD_CEILING: "none" }, "ceiling none"],
  [{ ISPYD_CEILING: "look" }, "ceiling look"],
])("the owner's %o keeps agents out", async (env, reason) => {
  const target = await startTarget({ python: systemPython, program: waiting, env });
  expect(assessAccess(subjectOf(target), observe()).attach).toMatchObject({ possible: false, reason });
});

test("an empty PYTHON_DISABLE_REMOTE_DEBUG and a name that only ends like it switch nothing off", async () => {
  const target = await startTarget({
    python: systemPython,
    program: waiting,
    env: { PYTHON_DISABLE_REMOTE_DEBUG: "", X_ISPYD_CEILING: "none", Y: "ISPYD_CEILING=none" },
  });
  expect(assessAccess(subjectOf(target), observe()).attach).toEqual({ possible: true });
});

test.skipIf(!isRoot)("another user's process names both users and sudo", async () => {
  const target = await startTarget({ python: systemPython, program: waiting, user: nobody });
  const refusal = explainRefusal(target.pid, "EACCES", observerAs(12_345));
  expect(refusal).toMatchObject({ possible: false, reason: "other user", remedy: `sudo ispyd ... ${target.pid}` });
  expect(refusal.why).toBe("it runs as nobody (uid 65534), and this is uid 12345 without CAP_SYS_PTRACE");
});

test.skipIf(!isRoot)("root of a container without the capability gets the line that shares its pids", async () => {
  const target = await startTarget({ python: systemPython, program: waiting, user: nobody });
  const inContainer = explainRefusal(
    target.pid,
    "EACCES",
    observerAs(0, { surroundings: "container", group: {}, hostName: "3f2a1b9c0d1e" }),
  );
  expect(inContainer).toMatchObject({ reason: "no CAP_SYS_PTRACE" });
  expect(inContainer.remedy).toContain("docker run --rm -it --pid=container:3f2a1b9c0d1e --cap-add=SYS_PTRACE");
  expect(inContainer.remedy).toContain("run it as the process's own user (docker exec -u 65534 3f2a1b9c0d1e ...)");
  const inPod = explainRefusal(target.pid, "EACCES", observerAs(0, { surroundings: "kubernetes", hostName: "shop-7d9f" }));
  expect(inPod.remedy).toContain("kubectl debug -it shop-7d9f --target=CONTAINER");
});

test.skipIf(!isRoot)("a process that is not dumpable says so, to its own user", async () => {
  const target = await startTarget({ python: systemPython, program: undumpable, user: nobody });
  expect(explainRefusal(target.pid, "EACCES", observerAs(nobody.uid))).toMatchObject({
    reason: "not dumpable",
    remedy: `sudo ispyd ... ${target.pid}`,
  });
});

test.skipIf(!isRoot)("Yama's settings are told apart", async () => {
  const target = await startTarget({ python: systemPython, program: waiting, user: nobody });
  const stranger = { pid: 2 ** 30 };
  const refusal = (more: Partial<Observer>): ReturnType<typeof explainRefusal> =>
    explainRefusal(target.pid, "EACCES", observerAs(nobody.uid, { ...stranger, ...more }));
  expect(refusal({ ptraceScope: 1 })).toMatchObject({ reason: "ptrace_scope 1" });
  expect(refusal({ ptraceScope: 1 }).remedy).toContain("sudo sysctl kernel.yama.ptrace_scope=0");
  expect(refusal({ ptraceScope: 2 })).toMatchObject({ reason: "ptrace_scope 2", remedy: `sudo ispyd ... ${target.pid}` });
  expect(refusal({ ptraceScope: 3 })).toMatchObject({ reason: "ptrace_scope 3" });
  expect(refusal({ ptraceScope: 0 })).toMatchObject({ reason: "refused by the kernel" });
  expect(explainRefusal(target.pid, "EACCES", observerAs(nobody.uid, { ptraceScope: 1 }))).toMatchObject({
    reason: "refused by the kernel",
  });
});

test("capabilities that the reader lacks are named by their mask", async (context) => {
  if (!isRoot) return context.skip("needs root");
  const target = await startTarget({ python: systemPython, program: waiting });
  expect(explainRefusal(target.pid, "EACCES", observerAs(0))).toMatchObject({ reason: "more capabilities" });
});

test("a process that is gone is hidden, and another error is passed on", () => {
  expect(explainRefusal(2 ** 30, "EACCES", observerAs(1_000))).toMatchObject({ reason: "hidden" });
  expect(explainRefusal(process.pid, "EIO", observerAs(1_000))).toMatchObject({
    reason: "unreadable",
    why: "opening its memory failed (EIO)",
  });
});
