// `complete`: candidates for a completion script, within a short time and without ever failing.

import { sleep } from "../base/clock.ts";
import { listTargetNames } from "../outside/targets.ts";
import { shortNames } from "../protocol/agent-catalogue.ts";
import type record from "../protocol/commands/complete.ts";
import type { Context, Handler, Settings } from "../protocol/request.ts";
import { wantedAt, type Candidate } from "./completion/candidates.ts";

/** A person waits for each answer: better none than a late one. */
const targetsTimeMs = 100;
const candidatesMax = 200;
const wordLengthMax = 100;

/**
 * Words that no shell expands, splits or takes for an option: a target's name is the target's to choose,
 * and what is completed stands on a command line that somebody is about to run.
 */
const harmlessWord = /^[\p{L}\p{N}_./:@%][\p{L}\p{N}_./:@%+,-]*$/u;

export const run: Handler<typeof record> = async ({ words: typed }, { signal, settings, catalogue }) => {
  const words = inFull(typed, catalogue);
  const wanted = wantedAt(words, [...catalogue.values()]);
  if (wanted.kind === "files") return { files: true, candidates: [] };
  const candidates =
    wanted.kind === "targets" ? targetCandidates(await targetsInTime(settings, signal), words.at(-1) ?? "") : wanted.candidates;
  return { files: false, candidates: candidates.slice(0, candidatesMax) };
};

/** The first word that is no option may be a short name; it is only taken for one where more follows it. */
function inFull(words: readonly string[], catalogue: Context["catalogue"]): readonly string[] {
  const at = words.slice(0, -1).findIndex((word) => !word.startsWith("-"));
  const long = at < 0 ? undefined : shortNames(catalogue).get(words[at] ?? "");
  return long === undefined ? words : [...words.slice(0, at), ...long.split(" "), ...words.slice(at + 1)];
}

async function targetsInTime(settings: Settings, signal: AbortSignal): Promise<Candidate[]> {
  const answered = new AbortController();
  const limit = AbortSignal.any([signal, answered.signal, AbortSignal.timeout(targetsTimeMs)]);
  try {
    const found = await Promise.race([listTargetNames(settings, limit), sleep(targetsTimeMs, limit)]);
    return (found ?? []).map((word) => ({ word, description: "" }));
  } catch {
    return [];
  } finally {
    answered.abort();
  }
}

/** Those that begin with what was typed and can stand on a command line as they are. */
export function targetCandidates(targets: readonly Candidate[], prefix: string): Candidate[] {
  return targets.filter(({ word }) => word.startsWith(prefix) && word.length <= wordLengthMax && harmlessWord.test(word));
}
