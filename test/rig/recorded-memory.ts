// The memory that a reader touched, recorded page by page, and played back with parts of it broken: for fuzzing a reader without a process.

import { type OpenMemory, isAddress } from "../../src/outside/memory.ts";

const pageBytes = 4_096;

export interface Touched {
  readonly address: number;
  readonly sizeBytes: number;
}

/** Passes everything on to a live memory and keeps the pages. */
export class RecordingMemory implements OpenMemory {
  readonly #live: OpenMemory;
  readonly pages = new Map<number, Buffer>();
  readonly touched: Touched[] = [];

  constructor(live: OpenMemory) {
    this.#live = live;
  }

  get reads(): number {
    return this.#live.reads;
  }

  read(address: number, sizeBytes: number): Buffer | undefined {
    const bytes = this.#live.read(address, sizeBytes);
    if (bytes !== undefined) this.#record(address, sizeBytes);
    return bytes;
  }

  readInto(target: Buffer, sizeBytes: number, address: number): boolean {
    const filled = this.#live.readInto(target, sizeBytes, address);
    if (filled) this.#record(address, sizeBytes);
    return filled;
  }

  close(): void {
    this.#live.close();
  }

  #record(address: number, sizeBytes: number): void {
    this.touched.push({ address, sizeBytes });
    for (let start = address - (address % pageBytes); start < address + sizeBytes; start += pageBytes) {
      if (this.pages.has(start)) continue;
      const page = this.#live.read(start, pageBytes);
      if (page !== undefined) this.pages.set(start, page);
    }
  }
}

/** What a mutation may not exceed: thrown, so that no reader can take it for an unreadable address. */
export class BoundExceeded extends Error {}

export interface PlaybackBounds {
  readonly reads: number;
  readonly readBytes: number;
}

/** Recorded pages with changes on top. An address that was not recorded is unreadable, or answered from another page where `filled`. */
export class PlaybackMemory implements OpenMemory {
  readonly #pages: ReadonlyMap<number, Buffer>;
  readonly #starts: readonly number[];
  readonly #changed = new Map<number, Buffer>();
  readonly #bounds: PlaybackBounds;
  readonly #filled: boolean;
  reads = 0;
  largestRead = 0;

  constructor(pages: ReadonlyMap<number, Buffer>, bounds: PlaybackBounds, filled: boolean) {
    this.#pages = pages;
    this.#starts = [...pages.keys()];
    this.#bounds = bounds;
    this.#filled = filled;
  }

  read(address: number, sizeBytes: number): Buffer | undefined {
    // As in a live memory: a size that no structure has is refused before anything is allocated.
    if (!(sizeBytes >= 0 && sizeBytes <= this.#bounds.readBytes)) return undefined;
    const target = Buffer.allocUnsafe(sizeBytes);
    return this.readInto(target, sizeBytes, address) ? target : undefined;
  }

  readInto(target: Buffer, sizeBytes: number, address: number): boolean {
    this.reads += 1;
    if (this.reads > this.#bounds.reads) throw new BoundExceeded(`more than ${this.#bounds.reads} reads`);
    if (!isAddress(address) || !Number.isSafeInteger(address) || sizeBytes > target.length) return false;
    this.largestRead = Math.max(this.largestRead, sizeBytes);
    for (let done = 0; done < sizeBytes;) {
      const offset = (address + done) % pageBytes;
      const page = this.#page(address + done - offset);
      if (page === undefined) return false;
      done += page.copy(target, done, offset, Math.min(pageBytes, offset + sizeBytes - done));
    }
    return true;
  }

  close(): void {}

  /** Puts `bytes` over what was recorded. */
  write(address: number, bytes: Buffer): void {
    for (const [index, byte] of bytes.entries()) {
      const offset = (address + index) % pageBytes;
      const start = address + index - offset;
      const original = this.#pages.get(start);
      if (original === undefined) continue;
      const page = this.#changed.get(start) ?? Buffer.from(original);
      page[offset] = byte;
      this.#changed.set(start, page);
    }
  }

  #page(start: number): Buffer | undefined {
    const found = this.#changed.get(start) ?? this.#pages.get(start);
    if (found !== undefined || !this.#filled) return found;
    return this.#pages.get(this.#starts[(start / pageBytes) % this.#starts.length] ?? 0);
  }
}
