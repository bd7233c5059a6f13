// The six shapes of views as HTML, each drawn once: what src/cli/draw is for a terminal, this is for a page that is kept.

import type { StackNode, View } from "../../protocol/view.ts";
import { cellHtml, cellsHtml, escaped } from "./escape.ts";

export function viewHtml(view: View): string {
  const title = view.title === undefined ? "" : `<h2>${escaped(view.title)}</h2>\n`;
  return title + bodyHtml(view);
}

function bodyHtml(view: View): string {
  switch (view.shape) {
    case "value":
      return `<p>${cellHtml(view.value)}</p>`;
    case "record":
      return `<dl>${view.fields.map(({ name, value, remedy }) => `<dt>${escaped(name)}</dt><dd>${cellHtml(value)}${remedyHtml(remedy)}</dd>`).join("\n")}</dl>`;
    case "table":
      return view.rows.length === 0 ? emptyHtml(view.empty) : tableHtml(view);
    case "stacks":
      return view.nodes.length === 0 ? emptyHtml(view.empty) : view.nodes.map(nodeHtml).join("\n");
    case "events":
      return view.lines.length === 0 ? emptyHtml(view.empty) : view.lines.map((line) => `<p>${cellsHtml(line)}</p>`).join("\n");
    case "text":
      return `<pre>${escapedLines(view.text)}</pre>`;
  }
}

function escapedLines(text: string): string {
  return text.split("\n").map(escaped).join("\n");
}

function emptyHtml(text: string | undefined): string {
  return text === undefined ? "" : `<p class="dim">${escaped(text)}</p>`;
}

function remedyHtml(remedy: string | undefined): string {
  return remedy === undefined ? "" : `<br><span class="dim">&rarr; ${escaped(remedy)}</span>`;
}

function tableHtml({ columns, rows }: Extract<View, { shape: "table" }>): string {
  const align = (index: number): string => (columns[index]?.align === "right" ? ' class="right"' : "");
  const head = columns.map(({ title }, index) => `<th${align(index)}>${escaped(title)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell, index) => `<td${align(index)}>${cellHtml(cell)}</td>`).join("")}</tr>`).join("\n");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function nodeHtml({ heading, details, frames, children }: StackNode): string {
  const detailLines = details.map((cell) => `<div class="detail">${cellHtml(cell)}</div>`).join("");
  const below = children.length === 0 ? "" : `<div class="below">${children.map(nodeHtml).join("\n")}</div>`;
  return `<section class="node"><div class="heading">${cellsHtml(heading)}</div>${detailLines}${framesHtml(frames)}${below}</section>`;
}

function framesHtml(frames: StackNode["frames"]): string {
  if (frames.length === 0) return "";
  const rows = frames.map(({ function: name, place, source, tone }) => {
    const line = source === undefined ? "" : `<tr class="source"><td colspan="2"><code>${escaped(source)}</code></td></tr>`;
    return `<tr class="${tone ?? "plain"}"><td>${escaped(name)}</td><td>${escaped(place)}</td></tr>${line}`;
  });
  return `<div class="wide"><table class="frames">${rows.join("")}</table></div>`;
}
