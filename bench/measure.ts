// Numbers of a measurement: medians, spreads, and a ratio's interval. Nothing here knows what is measured.

export interface Summary {
  readonly median: number;
  /** Quartiles: how much the machine's noise moves a single run. */
  readonly low: number;
  readonly high: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** "42 (40 to 47)" */
export function formatSummary({ median, low, high }: Summary, digits = 0): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

// Student's t at 97.5 % for 4 to 30 degrees of freedom; 1.96 beyond.
const studentT = [
  2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069,
  2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** Mean and 95 % interval of at least five paired values. */
export function meanInterval(values: readonly number[]): { mean: number; low: number; high: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = (studentT[values.length - 5] ?? 1.96) * Math.sqrt(variance / values.length);
  return { mean, low: mean - half, high: mean + half };
}

/** Wall time of a synchronous action, in milliseconds. */
export function timeMs(action: () => void): number {
  const startedMs = performance.now();
  action();
  return performance.now() - startedMs;
}
