// Text of any origin made safe inside a page: no markup, no control or bidirectional character survives. Every text of a page passes here.

import { cleanText } from "../../base/clean-text.ts";
import type { Cell } from "../../protocol/view.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function escaped(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** A cell as a span of its tone; plain ones stand bare. */
export function cellHtml(cell: Cell): string {
  if (typeof cell === "string") return escaped(cell);
  return cell.tone === "plain" ? escaped(cell.text) : `<span class="${cell.tone}">${escaped(cell.text)}</span>`;
}

export function cellsHtml(cells: readonly Cell[]): string {
  return cells.map(cellHtml).join("");
}
