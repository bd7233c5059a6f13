// Lines as bytes for a terminal: the one small palette of tones, or plain text where color is off.

import type { Tone } from "../../protocol/view.ts";
import type { ColorChoice } from "../../protocol/global-options.ts";
import type { Line, Piece } from "./piece.ts";

/** Select Graphic Rendition codes (ECMA-48): the sixteen-color palette, which every theme of a terminal sets for itself. */
const codes: Record<Tone, string> = { plain: "", strong: "1", dim: "2", good: "32", warn: "33", bad: "31" };

/** The lines, each with its end of line. */
export function paint(lines: readonly Line[], color: boolean): string {
  return lines.map((line) => `${line.map((one) => painted(one, color)).join("")}\n`).join("");
}

function painted({ text, tone }: Piece, color: boolean): string {
  return color && codes[tone] !== "" && text !== "" ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text;
}

export interface ColorFacts {
  readonly choice: ColorChoice;
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** `--color` decides; on auto FORCE_COLOR (as Node reads it), NO_COLOR (no-color.org), TERM=dumb, then whether it is a terminal. */
export function wantsColor({ choice, isTerminal, environment }: ColorFacts): boolean {
  if (choice !== "auto") return choice === "always";
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb") return false;
  return isTerminal;
}
