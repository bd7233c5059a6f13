// Where the log lies, by setting, environment and user.

import { userInfo } from "node:os";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { auditDirectory } from "../../../src/waist/audit-directory.ts";

test.each([
  ["the environment comes before the file", { setting: "/srv/log", environment: { ISPYD_AUDIT_DIRECTORY: "/other" }, uid: 0 }, "/other"],
  ["then the setting", { setting: "/srv/log", environment: { XDG_STATE_HOME: "/x" }, uid: 1000 }, "/srv/log"],
  ["an empty variable counts as none", { setting: "", environment: { ISPYD_AUDIT_DIRECTORY: "" }, uid: 0 }, "/var/log/ispyd/audit"],
  [
    "root's lies under /var/log, whatever HOME says",
    { environment: { HOME: "/home/alice", XDG_STATE_HOME: "/x" }, uid: 0 },
    "/var/log/ispyd/audit",
  ],
  ["others have it in their state directory", { environment: { XDG_STATE_HOME: "/x", HOME: "/home/alice" }, uid: 1000 }, "/x/ispyd/audit"],
  [
    "a relative state directory is ignored",
    { environment: { XDG_STATE_HOME: "x", HOME: "/home/alice" }, uid: 1000 },
    "/home/alice/.local/state/ispyd/audit",
  ],
  [
    "without HOME the user database says where home is",
    { environment: {}, uid: 1000 },
    `${userInfo().homedir.replace(/\/$/, "")}/.local/state/ispyd/audit`,
  ],
  ["a relative place is made absolute", { environment: { ISPYD_AUDIT_DIRECTORY: "log" }, uid: 1000 }, resolve("log")],
])("%s", (_what, options, expected) => {
  expect(auditDirectory(options)).toBe(expected);
});
