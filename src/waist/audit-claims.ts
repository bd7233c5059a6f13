// What checkpoints say about other chains, held against those chains: the part of `audit verify` that finds cut tails, rewrites and missing files.

import type { AuditProblem } from "../protocol/audit.ts";
import { chainFile, isChainName, sha256, wholeRecord, type ChainHead } from "./audit-chain.ts";
import { linesOf, openChainToRead } from "./audit-lines.ts";

/** Most that are held in memory at once (about 30 MB); a log with more is read again for the next ones. */
export const claimsPerPass = 100_000;

const problemsPerChain = 3;

/** "This chain's record `sequence` has this hash", said by a checkpoint at `by`. */
export interface Claim extends ChainHead {
  readonly by: string;
}

/** The claims of one pass: those between `skip` and `skip + limit` in the order in which they are read. */
export interface ClaimWindow {
  readonly skip: number;
  readonly limit: number;
  seen: number;
  readonly byChain: Map<string, Map<string, Claim>>;
}

export function claimWindow(skip: number, limit: number): ClaimWindow {
  return { skip, limit, seen: 0, byChain: new Map() };
}

/** Takes the heads of one checkpoint; `repeated` holds what the same chain said before, which need not be said twice. */
export function collectClaims(
  window: ClaimWindow,
  heads: Readonly<Record<string, ChainHead>>,
  by: string,
  repeated: Map<string, string>,
): void {
  for (const [chain, head] of Object.entries(heads)) {
    if (!isChainName(chain) || repeated.get(chain) === head.sha256) continue;
    repeated.set(chain, head.sha256);
    window.seen += 1;
    if (window.seen <= window.skip || window.seen > window.skip + window.limit) continue;
    const claims = window.byChain.get(chain) ?? new Map<string, Claim>();
    if (!claims.has(head.sha256)) claims.set(head.sha256, { ...head, by });
    window.byChain.set(chain, claims);
  }
}

/** Reads each chain that something is claimed of, after all claims were read: what they name was written before. */
export async function checkClaims(directory: string, window: ClaimWindow, signal: AbortSignal | undefined): Promise<AuditProblem[]> {
  const problems: AuditProblem[] = [];
  for (const [chain, claims] of window.byChain) problems.push(...(await checkChain(directory, chain, claims, signal)));
  return problems;
}

async function checkChain(
  directory: string,
  chain: string,
  claims: Map<string, Claim>,
  signal: AbortSignal | undefined,
): Promise<AuditProblem[]> {
  const opened = await openChainToRead(`${directory}/${chainFile(chain)}`);
  if ("problem" in opened) {
    const [first] = claims.values();
    const what = opened.problem === "missing" ? `${chainFile(chain)} is missing` : `${chainFile(chain)} is no regular file`;
    return [{ chain, line: 0, message: `${what}: a checkpoint (${first?.by}) saw its record ${first?.sequence}` }];
  }
  let lines = 0;
  let lastLines: Buffer[] = [];
  for await (const { bytes } of linesOf(opened, signal)) {
    lines += 1;
    if (bytes === undefined) continue;
    claims.delete(sha256(bytes));
    lastLines = [...lastLines.slice(-1), bytes];
  }
  const end = endOf(lastLines);
  return [...claims.values()]
    .sort((a, b) => a.sequence - b.sequence)
    .slice(0, problemsPerChain)
    .map((claim) => ({ chain, line: lines, message: claimBroken(claim, end) }));
}

/** The number of the last record, also where a torn line follows it; unbounded where neither of the last two lines is a record. */
function endOf(lastLines: readonly Buffer[]): number {
  if (lastLines.length === 0) return 0;
  const last = lastLines.toReversed().flatMap((line) => wholeRecord(line)?.sequence ?? []);
  return last[0] ?? Number.POSITIVE_INFINITY;
}

/** A record that no sync had made durable can also be lost with the power: the text says so, since nothing here can tell the two apart. */
function claimBroken({ sequence, by }: Claim, end: number): string {
  const seen = `a checkpoint (${by}) saw record ${sequence}`;
  return sequence > end
    ? `${seen}, and the chain ends at record ${end}: its end was cut off, or lost when the machine lost power`
    : `${seen} with another content: the chain was rewritten from there or before, or lost its end with the power and went on`;
}
