// The tests: unit (no process of another language), path (the real command on real processes) and soak (hours of it, on demand).

import { defineConfig } from "vitest/config";

const minuteMs = 60_000;

// Real servers, load and readers share few cores here: a moment's starvation is tried again in CI, a defect fails each time.
const retry = process.env["CI"] === undefined ? 0 : 2;

export default defineConfig({
  test: {
    pool: "forks",
    // Many tests start servers and put load on them: more workers than this measure each other.
    maxWorkers: 2,
    reporters: ["default", "./test/rig/closing-line.ts"],
    restoreMocks: true,
    unstubEnvs: true,
    teardownTimeout: minuteMs / 2,
    projects: [
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: minuteMs / 2, hookTimeout: minuteMs / 2 } },
      {
        extends: true,
        test: {
          name: "path",
          include: ["test/**/*.test.ts"],
          exclude: ["test/unit/**", "test/soak/**"],
          retry,
          testTimeout: 2 * minuteMs,
          // The first use of an interpreter or a framework installs it.
          hookTimeout: 10 * minuteMs,
        },
      },
      {
        extends: true,
        test: { name: "soak", include: ["test/soak/**/*.test.ts"], retry, testTimeout: 600 * minuteMs, hookTimeout: 10 * minuteMs },
      },
    ],
  },
});
