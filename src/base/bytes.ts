// Little-endian numbers out of copied memory. Addresses fit a double: user space ends below 2^48 (2^52 with 52-bit aarch64).

/** An unsigned 64-bit word; exact up to 2^53, enough for any address, size or count that passes the checks of its reader. */
export function u64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 0x1_0000_0000;
}

/** A signed 64-bit word; exact between -2^53 and 2^53. */
export function i64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + bytes.readInt32LE(offset + 4) * 0x1_0000_0000;
}

export function u32(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset);
}

export function i32(bytes: Buffer, offset: number): number {
  return bytes.readInt32LE(offset);
}

/** The text before the first zero byte, as latin-1: symbol names, type names. */
export function zeroTerminated(bytes: Buffer, offset = 0): string {
  const end = bytes.indexOf(0, offset);
  return bytes.toString("latin1", offset, end < 0 ? bytes.length : end);
}
