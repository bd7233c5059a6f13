// Fingerprints of hidden values: equal secrets of one answer can be told to be equal, those of two answers can't.
// The key is made once per redactor and never leaves it.

import { createHmac, randomBytes } from "node:crypto";

/** The first 8 hexadecimal digits of HMAC-SHA256 (RFC 2104) of a secret. */
export type Fingerprint = (secret: string) => string;

export function createFingerprint(key: Uint8Array = randomBytes(32)): Fingerprint {
  return (secret) => createHmac("sha256", key).update(secret, "utf8").digest("hex").slice(0, 8);
}
