// How much of a soak is run: all of it under `npm run soak` (ISPYD_SOAK=1), a twentieth in an ordinary test run.

export const soak = process.env["ISPYD_SOAK"] === "1";

/** The amount for this run of what a soak does `whole` times, or for so many milliseconds. */
export function scaled(whole: number, least = 1): number {
  return soak ? whole : Math.max(least, Math.round(whole / 20));
}
