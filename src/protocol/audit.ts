// The records of the audit log as every reader of it sees them, and the door through which `audit` commands read it.

import { z } from "zod";
import { once } from "../base/once.ts";
import { levels } from "./level.ts";
import { redactionSchema } from "./value-schema.ts";

/** Every record is one line of canonical JSON; `previous` is the SHA-256 of the line before in the same chain file. */
const base = () => ({
  sequence: z.int().min(1),
  time: z.string(),
  previous: z.string(),
});

const began = () =>
  z.object({
    ...base(),
    kind: z.literal("began"),
    request: z.string(),
    user: z.string(),
    uid: z.int(),
    via: z.string(),
    command: z.string(),
    level: z.enum(levels),
    target: z.string().optional(),
    through: z.string().optional(),
    params: z.record(z.string(), z.unknown()),
    reason: z.string().optional(),
    rule: z.string(),
  });

const ended = () =>
  z.object({
    ...base(),
    kind: z.literal("ended"),
    request: z.string(),
    /** refused: a rule of the target itself, such as its owner's ceiling, which is known only once the target is found. */
    outcome: z.enum(["done", "partial", "failed", "refused"]),
    code: z.string().optional(),
    /** Why, of what was refused. */
    message: z.string().optional(),
    durationMs: z.number(),
    /** How much was answered, in bytes of JSON. */
    answerBytes: z.int(),
    /** The processes that were read. */
    pids: z.array(z.int()),
    /** How many more there were, where the list was cut. */
    pidsOmitted: z.int().optional(),
    /** Those of them that a rule of their own kept from being read, such as their owner's ceiling. */
    pidsRefused: z.array(z.int()).optional(),
    /** What was hidden in the answer, by rule: at the source, and in the last pass over its texts. */
    redactions: z.array(redactionSchema()).optional(),
  });

const refused = () =>
  z.object({
    ...base(),
    kind: z.literal("refused"),
    request: z.string(),
    user: z.string(),
    uid: z.int(),
    via: z.string(),
    command: z.string(),
    level: z.enum(levels),
    target: z.string().optional(),
    through: z.string().optional(),
    rule: z.string(),
    message: z.string(),
  });

/** The line before was torn (power loss, full disk): its bytes stay as they are, counted and hashed here. */
const torn = () => z.object({ ...base(), kind: z.literal("torn"), tornBytes: z.int(), tornSha256: z.string() });

/** What the other chains' last records were: this joins the chains, so that a cut in one shows in another. */
const checkpoint = () =>
  z.object({
    ...base(),
    kind: z.literal("checkpoint"),
    heads: z.record(z.string(), z.object({ sequence: z.int(), sha256: z.string() })),
  });

export const auditRecordSchema = once(() => z.discriminatedUnion("kind", [began(), ended(), refused(), torn(), checkpoint()]));

export type AuditRecord = z.output<ReturnType<typeof auditRecordSchema>>;
/** A record before its place in a chain is known. */
export type AuditEntry = AuditRecord extends infer One
  ? One extends AuditRecord
    ? Omit<One, "sequence" | "time" | "previous">
    : never
  : never;

export interface AuditProblem {
  readonly chain: string;
  readonly line: number;
  readonly message: string;
}

export interface AuditVerification {
  readonly directory: string;
  readonly chains: number;
  readonly records: number;
  readonly checkpoints: number;
  readonly tornLines: number;
  /** Torn last lines that no writer has recorded yet: a crash, not an edit. */
  readonly tornUnrecorded: number;
  readonly problems: readonly AuditProblem[];
}

/** One record with the chain file it stands in. */
export interface PlacedAuditRecord {
  readonly chain: string;
  readonly record: AuditRecord;
}

/** Read access to the log, handed to the `audit` commands; the writer stays with the waist. */
export interface AuditReader {
  readonly directory: string;
  /** Records in order of time, oldest first, at most `limit` of the newest. Lines that can't be parsed are left to `verify`. */
  list(options: {
    limit: number;
    command?: string;
    user?: string;
    sinceMs?: number;
  }): Promise<{ records: PlacedAuditRecord[]; total: number }>;
  verify(): Promise<AuditVerification>;
}
