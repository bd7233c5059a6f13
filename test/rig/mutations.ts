// Seeded changes of recorded memory: flipped bits, bytes, words, pointers to elsewhere in what was read.

import type { PlaybackMemory, Touched } from "./recorded-memory.ts";

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const words = [
  0n,
  1n,
  2n,
  7n,
  0xffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x1_0000_0000n,
  0x7fffffff_ffffffffn,
  0xffffffff_ffffffffn,
];

/** Changes one to eight places among those that were read. */
export function mutate(memory: PlaybackMemory, touched: readonly Touched[], random: () => number): void {
  const below = (count: number): number => Math.floor(random() * count);
  const place = (): number => {
    const { address, sizeBytes } = touched[below(touched.length)] ?? { address: 0, sizeBytes: 1 };
    return address + below(Math.min(sizeBytes, 512));
  };
  for (let left = 1 + below(8); left > 0; left -= 1) {
    const address = place();
    const word = Buffer.alloc(8);
    const kind = below(5);
    if (kind === 0) memory.write(address, Buffer.from([below(256)]));
    else if (kind === 1) memory.write(address, Buffer.from(Array.from({ length: 1 + below(16) }, () => below(256))));
    else {
      if (kind === 2) word.writeBigUInt64LE(words[below(words.length)] ?? 0n);
      else if (kind === 3) word.writeBigUInt64LE(BigInt(place() - (place() % 8)) & 0xffffffff_fffffff8n);
      else word.writeBigUInt64LE(BigInt(address) & 0xffffffff_fffffff8n);
      memory.write(address - (address % 8), word);
    }
  }
}
