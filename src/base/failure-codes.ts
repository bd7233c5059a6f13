// Every code that a Failure can carry, its family and the exit code it leads to: the one list that help, docs and tests read.
// Knows nothing of debugging; used at every step of a request's path.

/** refused: a rule said no. failed: it was tried and did not work. bug: ours. */
export type FailureFamily = "refused" | "failed" | "bug";

interface FailureCodeFacts {
  family: FailureFamily;
  exitCode: number;
  meaning: string;
}

/** Exit codes: 0 done, 1 failed, 2 misused, 3 refused, 4 target unreachable, 5 partial answer, 70 bug, 124 time-out, 130 and 143 signals. */
export const failureCodes = {
  "argument-invalid": { family: "failed", exitCode: 2, meaning: "an argument or option has a wrong form or value" },
  "command-unknown": { family: "failed", exitCode: 2, meaning: "there is no command of that name" },
  "settings-invalid": { family: "failed", exitCode: 2, meaning: "ispyd.toml can't be understood" },
  "target-ambiguous": { family: "failed", exitCode: 2, meaning: "the target's name fits several, none of them exactly" },
  "target-not-found": { family: "failed", exitCode: 4, meaning: "no process or service fits the target's name" },
  "target-gone": { family: "failed", exitCode: 4, meaning: "the process ended before the answer was complete" },
  "not-python": { family: "failed", exitCode: 4, meaning: "the process holds no Python interpreter" },
  "python-unsupported": { family: "failed", exitCode: 4, meaning: "the interpreter is of a kind or version that can't be read" },
  "permission-denied": { family: "failed", exitCode: 4, meaning: "the kernel does not let this user read the process" },
  "runtime-unreadable": {
    family: "failed",
    exitCode: 4,
    meaning: "the interpreter was found, and did not pass the checks that make its memory trustworthy",
  },
  "no-agent": { family: "failed", exitCode: 4, meaning: "the process holds no agent that could be asked" },
  "agent-silent": { family: "failed", exitCode: 4, meaning: "the agent in the process did not answer in time" },
  "agent-protocol": { family: "failed", exitCode: 4, meaning: "what the agent answered does not follow the protocol, or it broke off" },
  "agent-busy": { family: "failed", exitCode: 4, meaning: "the agent has other commands to do first" },
  "output-unwritable": { family: "failed", exitCode: 1, meaning: "the answer could not be written where it was asked for" },
  "operation-failed": { family: "failed", exitCode: 1, meaning: "the operation was carried out and did not work" },
  "plugin-failed": { family: "failed", exitCode: 1, meaning: "the plugin's command raised an exception, or the plugin can't be loaded" },
  "log-broken": { family: "failed", exitCode: 1, meaning: "the audit log does not verify" },
  "timed-out": { family: "failed", exitCode: 124, meaning: "the command's time was used up" },
  interrupted: { family: "failed", exitCode: 130, meaning: "the command was interrupted" },
  "level-refused": { family: "refused", exitCode: 3, meaning: "the policy, or the built-in rule, does not allow this" },
  "reason-needed": { family: "refused", exitCode: 3, meaning: "this level needs a reason" },
  "log-unwritable": { family: "refused", exitCode: 3, meaning: "above look nothing runs while the audit log can't be written" },
  "pause-refused": { family: "refused", exitCode: 3, meaning: "this process must not be stopped, not even briefly" },
  "limit-refused": { family: "refused", exitCode: 3, meaning: "more was asked for than the limit's cap" },
  "plugin-disabled": { family: "refused", exitCode: 3, meaning: "the command or its plugin is switched off" },
  bug: { family: "bug", exitCode: 70, meaning: "a defect of ispyd" },
} as const satisfies Record<string, FailureCodeFacts>;

export type FailureCode = keyof typeof failureCodes;

/** Exit code of an answer that is right as far as it goes, but lacks something it names. */
export const partialExitCode = 5;
