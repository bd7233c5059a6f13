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
    const local = Buffer.concat([four(0x04034b50), two(version), facts, two(0), Buffer.from(name), bytes]);
    // Extra field, comment, disk, internal attributes: none.
    directory.push(four(0x02014b50), two(madeBy), two(version), facts, two(0), two(0), two(0), two(0));
    directory.push(four(attributes), four(offset), Buffer.from(name));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = two(entries.length);
  const end = [four(0x06054b50), two(0), two(0), count, count, four(central.length), four(offset), two(0)];
  return Buffer.concat([...parts, central, ...end]);
}

/** What both headers say: flags, method (stored), time, date, checksum, both sizes, length of the name. */
function factsOf(name: string, bytes: Buffer): Buffer {
  const size = four(bytes.length);
  return Buffer.concat([two(0), two(0), two(0), two(date), four(crc32(bytes)), size, size, two(Buffer.byteLength(name))]);
}

function two(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function four(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
