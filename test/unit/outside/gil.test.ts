// Who can't have run between two looks at the GIL: whoever was neither side of the only hand-over, and nobody where a side is not known.

import { describe, expect, it } from "vitest";
import { type GilSight, stoodAside } from "../../../src/outside/gil.ts";

const [giver, taker, other] = [0x1000, 0x2000, 0x3000];

function sight(lastHolder: number, switchNumber: number, confirmed = true): GilSight {
  return { gil: { holder: lastHolder, lastHolder, switchNumber, enabled: true }, confirmed };
}

describe("between two looks at the GIL", () => {
  it("without a hand-over everyone but the holder stood still, confirmed or not", () => {
    expect(stoodAside(sight(giver, 7, false), sight(giver, 7, false), other)).toBe(true);
    expect(stoodAside(sight(giver, 7), sight(giver, 7), giver)).toBe(false);
  });

  it("with one hand-over everyone but its two sides stood still", () => {
    expect(stoodAside(sight(giver, 7), sight(taker, 8), other)).toBe(true);
    expect(stoodAside(sight(giver, 7), sight(taker, 8), giver)).toBe(false);
    expect(stoodAside(sight(giver, 7), sight(taker, 8), taker)).toBe(false);
  });

  it("with one hand-over nobody is proven where a look was not confirmed", () => {
    expect(stoodAside(sight(giver, 7, false), sight(taker, 8), other)).toBe(false);
    expect(stoodAside(sight(giver, 7), sight(taker, 8, false), other)).toBe(false);
  });

  it("with two hand-overs nobody is proven, since a side of one is not known", () => {
    expect(stoodAside(sight(giver, 7), sight(taker, 9), other)).toBe(false);
    expect(stoodAside(sight(giver, 7), sight(giver, 9), other)).toBe(false);
  });

  it("a count and a holder that don't fit each other prove nothing", () => {
    expect(stoodAside(sight(giver, 7), sight(giver, 8), other)).toBe(false);
    expect(stoodAside(sight(giver, 7), sight(taker, 7), other)).toBe(false);
  });

  it("without a GIL nobody is proven", () => {
    const off: GilSight = { gil: { holder: 0, lastHolder: giver, switchNumber: 7, enabled: false }, confirmed: true };
    expect(stoodAside(off, off, other)).toBe(false);
    expect(stoodAside({ gil: undefined, confirmed: false }, sight(giver, 7), other)).toBe(false);
  });
});
