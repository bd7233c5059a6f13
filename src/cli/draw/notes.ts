// What is said beside an answer, on the error stream: notes with their remedies, and failures in at most three short lines.

import type { Failure, TargetCondition } from "../../base/failure.ts";
import type { Note } from "../../protocol/request.ts";
import { piece, type Line } from "./piece.ts";
import { wrap } from "./wrap.ts";

export function drawNotes(notes: readonly Note[], width: number | undefined): Line[] {
  return notes.flatMap(({ message, remedy, partial }) => {
    const head = piece("note: ", partial ? "warn" : "dim");
    const said = wrap([head, piece(message)], width, 6);
    return remedy === undefined ? said : [...said, ...wrap([piece("      → ", "dim"), piece(remedy)], width, 8)];
  });
}

const conditions: Record<TargetCondition, string> = {
  untouched: "the target is untouched",
  restored: "the target was restored",
  unknown: "what state the target is in is not known",
};

/** `aboutTarget`: the request named a target, so what became of it is the first question. A message that begins with "ispyd " is not given that name twice. */
export function drawFailure(failure: Failure, aboutTarget: boolean, width: number | undefined): Line[] {
  const named = failure.message.startsWith("ispyd ");
  const said = wrap(
    [piece(named ? "ispyd" : "ispyd: ", "bad"), piece(named ? failure.message.slice("ispyd".length) : failure.message)],
    width,
    7,
  );
  const hint = failure.hint === "" ? [] : wrap([piece("       → ", "dim"), piece(failure.hint)], width, 9);
  const condition = aboutTarget
    ? wrap([piece(`       ${conditions[failure.target]}`, failure.target === "unknown" ? "warn" : "dim")], width, 7)
    : [];
  return [...said, ...hint, ...condition];
}

/** The stack of a defect, for a report. */
export function drawTrace(failure: Failure): Line[] {
  const { cause } = failure;
  const trace = (cause instanceof Error ? cause.stack : undefined) ?? failure.stack ?? "";
  return trace.split("\n").map((line) => [piece(line, "dim")]);
}
