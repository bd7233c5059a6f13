// The whole log checked: every chain by itself, then each chain against what the checkpoints of the others saw.

import type { AuditProblem, AuditVerification } from "../protocol/audit.ts";
import { chainFile } from "./audit-chain.ts";
import { checkClaims, claimWindow, claimsPerPass, collectClaims, type ClaimWindow } from "./audit-claims.ts";
import { linesOf, openChainToRead } from "./audit-lines.ts";
import { endWalk, startWalk, walkLine, type ChainWalk } from "./audit-walk.ts";

/** Most problems that are listed. */
const maxProblems = 1_000;

/** `tornUnrecorded` of the torn lines stand at the end of their chain, where no writer has come by since. */
export interface LogVerification extends AuditVerification {
  readonly tornUnrecorded: number;
}

export interface VerifyOptions {
  readonly directory: string;
  readonly chains: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly claimsPerPass?: number;
}

interface Tally {
  records: number;
  checkpoints: number;
  tornLines: number;
  tornUnrecorded: number;
  problems: AuditProblem[];
}

/** Reads the log twice, in bounded memory; more often where it holds more than 100,000 heads in checkpoints. */
export async function verifyLog(options: VerifyOptions): Promise<LogVerification> {
  const tally: Tally = { records: 0, checkpoints: 0, tornLines: 0, tornUnrecorded: 0, problems: [] };
  const limit = options.claimsPerPass ?? claimsPerPass;
  let window: ClaimWindow;
  let skip = 0;
  do {
    window = claimWindow(skip, limit);
    const counted = skip === 0 ? tally : { ...tally, problems: [] };
    for (const chain of options.chains) await verifyChain(options, chain, counted, window);
    report(tally, await checkClaims(options.directory, window, options.signal));
    skip += limit;
  } while (window.seen > skip);
  return { directory: options.directory, chains: options.chains.length, ...tally };
}

async function verifyChain(options: VerifyOptions, chain: string, tally: Tally, window: ClaimWindow): Promise<void> {
  const opened = await openChainToRead(`${options.directory}/${chainFile(chain)}`);
  if ("problem" in opened) {
    report(tally, [{ chain, line: 0, message: `${chainFile(chain)} is ${opened.problem}` }]);
    return;
  }
  const walk = startWalk(chain, (line, message) => report(tally, [{ chain, line, message }]));
  const repeated = new Map<string, string>();
  for await (const line of linesOf(opened, options.signal)) {
    const record = walkLine(walk, line);
    if (record === undefined) continue;
    tally.records += 1;
    if (record.kind !== "checkpoint") continue;
    tally.checkpoints += 1;
    collectClaims(window, record.heads, `${chain} line ${walk.line}`, repeated);
  }
  finish(walk, tally);
}

function finish(walk: ChainWalk, tally: Tally): void {
  if (endWalk(walk)) tally.tornUnrecorded += 1;
  tally.tornLines += walk.tornLines;
}

function report(tally: Tally, problems: readonly AuditProblem[]): void {
  tally.problems.push(...problems.slice(0, maxProblems - tally.problems.length));
}
