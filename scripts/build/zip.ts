// A zip archive with fixed times and modes and no compression: the same bytes for the same files, on every version of Node.
// Source: APPNOTE.TXT of PKWARE, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).

import { crc32 } from "node:zlib";

export interface ZipEntry {
  /** With slashes, ASCII. */
  readonly name: string;
  readonly bytes: Buffer;
}

// 1980-01-01 00:00, the earliest that the format can say.
const date = 0x0021;
const version = 20;
// Made under Unix; a regular file, rw-r--r--.
const madeBy = (3 << 8) | version;
const attributes = 0o100644 * 0x1_0000;

export function zipBytes(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const facts = factsOf(name, bytes);
    const local = Buffer.concat([
      words([
        [0x04034b50, 4],
        [version, 2],
      ]),
      facts,
      words([[0, 2]]),
      Buffer.from(name),
      bytes,
    ]);
    directory.push(
      words([
        [0x02014b50, 4],
        [madeBy, 2],
        [version, 2],
      ]),
      facts,
      // Extra field, comment, disk, internal attributes.
      words([
        [0, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [attributes, 4],
        [offset, 4],
      ]),
      Buffer.from(name),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = entries.length;
  const end = words([
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [central.length, 4],
    [offset, 4],
    [0, 2],
  ]);
  return Buffer.concat([...parts, central, end]);
}

/** What both headers say: flags, method (stored), time, date, checksum, both sizes, length of the name. */
function factsOf(name: string, bytes: Buffer): Buffer {
  const { length } = bytes;
  return words([
    [0, 2],
    [0, 2],
    [0, 2],
    [date, 2],
    [crc32(bytes), 4],
    [length, 4],
    [length, 4],
    [Buffer.byteLength(name), 2],
  ]);
}

/** Little-endian numbers of so many bytes. */
function words(fields: readonly (readonly [value: number, bytes: number])[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [, bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [value, bytes] of fields) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
}
