// How much of a soak is run: all of it under `npm run soak` (ISPYD_SOAK=1), a twentieth in an ordinary test run.

export const soak = process.env["ISPYD_SOAK"] === "1";

/** The amount for this run of what a soak does `whole` times, or for so many milliseconds. */
export function scaled(whole: number, least = 1): number {
  return soak ? whole : Math.max(least, Math.round(whole / 20));
}

/** The versions on which a test of frameworks runs: all of them in a soak, else the oldest and one of the newest. */
export function versionsOfFrameworks<Found extends { readonly version: string }>(found: readonly Found[]): Found[] {
  return found.filter(({ version }) => soak || ["3.8", "3.14"].includes(version));
}
