// How far a long command has come, on a terminal's error stream only; gone when the answer is written.

import { monotonicMs } from "../base/clock.ts";
import type { Progress } from "../protocol/request.ts";
import { lineWidth, piece, type Line } from "./draw/piece.ts";
import { shorten } from "./draw/shorten.ts";
import type { Page } from "./page.ts";

const firstShownMs = 300;
const betweenMs = 100;
const barWidth = 20;
/** To the first column, and erase the line (ECMA-48 EL). */
const eraseLine = "\r\u001b[K";

export interface ProgressBar {
  show(progress: Progress): void;
  clear(): void;
}

/** Shows nothing where the page is no terminal. */
export function progressBar(page: Page, quiet: boolean): ProgressBar {
  const { stream, width } = page;
  if (width === undefined || quiet) return { show: () => undefined, clear: () => undefined };
  // A terminal that was closed must not end the command.
  stream.on("error", () => undefined);
  const startedMs = monotonicMs();
  let shownMs = -Infinity;
  return {
    show: (progress) => {
      const nowMs = monotonicMs();
      if (nowMs - startedMs < firstShownMs || nowMs - shownMs < betweenMs) return;
      shownMs = nowMs;
      stream.write(eraseLine + barText(progress, width));
    },
    clear: () => {
      if (shownMs !== -Infinity) stream.write(eraseLine);
      shownMs = -Infinity;
    },
  };
}

/** `━━━━━━──────────────  30 %  sampling`, never wider than the terminal. */
export function barText({ done, total, label }: Progress, width: number): string {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const full = Math.round(share * barWidth);
  const bar = `${"━".repeat(full)}${"─".repeat(barWidth - full)} ${String(Math.floor(share * 100)).padStart(3)} %  `;
  const line: Line = [piece(bar), piece(label)];
  const [whole] = line;
  if (whole === undefined || lineWidth(line) < width) return line.map(({ text }) => text).join("");
  return shorten(piece(bar + label), width - 1, "end").text;
}
