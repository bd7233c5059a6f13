// The six shapes that results are drawn in: a record turns its result into views, the terminal and the web draw each shape once.
// Pure data; text in it may be foreign and is cleaned where it is drawn.

export type Tone = "plain" | "strong" | "dim" | "good" | "warn" | "bad";

/** One piece of text; a bare string is plain. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** The column that gives way when the terminal is narrow; others are kept whole. */
  readonly shrinks?: boolean;
}

/** One frame as it is drawn: `place` is file and line. `source` lines follow where they were asked for. */
export interface FrameLine {
  readonly function: string;
  readonly place: string;
  readonly source?: string;
  readonly tone?: Tone;
}

/** A stack or a task with what stands below it. */
export interface StackNode {
  readonly heading: readonly Cell[];
  readonly details: readonly Cell[];
  readonly frames: readonly FrameLine[];
  readonly children: readonly StackNode[];
}

export type View = { readonly title?: string } & (
  | { readonly shape: "value"; readonly value: Cell }
  | { readonly shape: "record"; readonly fields: readonly { readonly name: string; readonly value: Cell; readonly remedy?: string }[] }
  | { readonly shape: "table"; readonly columns: readonly Column[]; readonly rows: readonly (readonly Cell[])[]; readonly empty?: string }
  | { readonly shape: "stacks"; readonly nodes: readonly StackNode[]; readonly empty?: string }
  | { readonly shape: "events"; readonly lines: readonly (readonly Cell[])[]; readonly empty?: string }
  /** `wraps`: prose, whose long lines may be folded at the width of the page under the column their last part begins at. */
  | { readonly shape: "text"; readonly text: string; readonly wraps?: boolean }
);

export type Shape = View["shape"];
