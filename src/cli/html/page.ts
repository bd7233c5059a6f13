// An answer as one page that stands by itself: no script, no network, readable in a ticket a year later, printable, light and dark.

import type { Note } from "../../protocol/request.ts";
import type { View } from "../../protocol/view.ts";
import { escaped } from "./escape.ts";
import { viewHtml } from "./shapes.ts";

export interface PageFacts {
  readonly title: string;
  /** "ispyd 0.1.0, 2026-11-28T10:00:00.000Z" and the like. */
  readonly made: string;
  readonly views: readonly View[];
  readonly notes: readonly Note[];
}

// The policy forbids whatever the page does not hold itself, should a text ever get through as markup.
const policy = "default-src 'none'; style-src 'unsafe-inline'";

const style = `
:root { color-scheme: light dark; --text: #1d2329; --back: #ffffff; --dim: #66707a; --line: #d9dee3; --good: #1a7f37; --warn: #8a5a00; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --text: #e3e7eb; --back: #14181c; --dim: #98a2ad; --line: #30363d; --good: #57ab5a; --warn: #d29922; --bad: #ff7b72; } }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
p { margin: .35rem 0; } .made, .dim { color: var(--dim); } .strong { font-weight: 600; } .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); font-weight: 600; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } td, th { text-align: left; padding: .15rem .9rem .15rem 0; vertical-align: top; overflow-wrap: anywhere; } th { font-weight: 600; color: var(--dim); font-size: .85em; }
thead th { border-bottom: 1px solid var(--line); } .right { text-align: right; } .wide { overflow-x: auto; }
.node { margin: .9rem 0; } .below { margin-left: 1.2rem; border-left: 2px solid var(--line); padding-left: .9rem; } .heading, pre, .frames { font-family: ui-monospace, monospace; font-size: .92em; white-space: pre-wrap; }
.frames { margin-left: 1.2rem; } .frames td { padding-top: 0; padding-bottom: 0; } .source td { padding-left: 1.5rem; color: var(--dim); } .detail { margin-left: 1.2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; } dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
.notes { border: 1px solid var(--line); border-radius: 6px; padding: .5rem 1rem; margin-top: 1.5rem; }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt; } .node, tr { break-inside: avoid; } .wide { overflow: visible; } }
`;

export function htmlPage({ title, made, views, notes }: PageFacts): string {
  const noteLines = notes.map(
    ({ message, remedy }) =>
      `<p>${escaped(message)}${remedy === undefined ? "" : ` <span class="dim">&rarr; ${escaped(remedy)}</span>`}</p>`,
  );
  const noteBox =
    noteLines.length === 0 ? "" : `<div class="notes"><p class="strong">What this could not see</p>${noteLines.join("\n")}</div>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p class="made">${escaped(made)}</p>
${noteBox}
${views.map(viewHtml).join("\n")}
</body>
</html>
`;
}
