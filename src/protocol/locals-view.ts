// The answer of `locals` as people see it: where the frame stands, then one variable a line, with what it holds below where that is long.

import type { Variable } from "../stacks/value.ts";
import { dim, strong, targetName } from "./frame-view.ts";
import type { LocalsTarget } from "./locals-schema.ts";
import type { RedactionResult } from "./value-schema.ts";
import { hiddenView, valueLines } from "./value-view.ts";
import type { Cell, View } from "./view.ts";

export function localsView(result: { targets: readonly LocalsTarget[]; redactions: readonly RedactionResult[] }): View[] {
  return [...result.targets.map((target): View => ({ shape: "events", lines: targetLines(target) })), ...hiddenView(result.redactions)];
}

function targetLines(target: LocalsTarget): Cell[][] {
  const { thread, frame, variables, variableCount } = target;
  const more = variableCount - variables.length;
  const left: Cell[] = frame.stayed ? [] : [{ text: "  the frame was left while it was read", tone: "warn" }];
  const threadName = thread.name === "" ? "unnamed" : thread.name;
  return [
    [
      strong(targetName(target)),
      dim(
        `  pid ${target.pid}, Python ${target.python}, thread ${threadName} (${thread.tid})${target.paused ? ", stopped for the read" : ""}`,
      ),
    ],
    [strong(frame.function), `  ${frame.file}:${frame.line}`, dim(`  frame ${frame.number} of ${frame.countedFrames}`), ...left],
    ...(variables.length === 0 ? [[dim("no variables")]] : []),
    ...variables.flatMap(variableLines),
    ...(more > 0 ? [[dim(`${more} more; --items shows them`)]] : []),
  ];
}

const kindTexts = {
  argument: "argument",
  local: "",
  cell: "cell",
  free: "from the function around",
  comprehension: "of a comprehension",
  namespace: "",
} as const;

function variableLines({ name, kind, value }: Variable): Cell[][] {
  const [first = [], ...rest] = valueLines(strong(`${name} =`), value, 1);
  return [kindTexts[kind] === "" ? first : [...first, dim(`  ${kindTexts[kind]}`)], ...rest];
}
