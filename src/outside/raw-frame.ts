// A frame as it was found in memory, before its code object is looked at: what the two kinds of frame readers have in common.

/** A frame of one thread, innermost first in a stack. */
export interface RawFrame {
  /** Where the frame lies: a frame object up to 3.10, an interpreter frame from 3.11 on. */
  readonly address: number;
  readonly code: number;
  /** Byte offset of the current instruction, where it is known from the frame alone (3.10 and earlier); else its address. */
  readonly instruction: number;
  readonly instructionIsAddress: boolean;
  /** Line kept by the frame itself while it is traced (3.10 and earlier); 0 otherwise. */
  readonly line: number;
  readonly ownedByGenerator: boolean;
  /** Index of the thread's own copy of the bytecode, builds without the GIL only. */
  readonly bytecodeIndex: number;
}

/** Where a frame of the model was found, for whoever reads its variables. */
export type FramePlace = Pick<RawFrame, "address" | "code" | "ownedByGenerator">;

/** What one look at a stack found. torn: the frames do not hang together at all. */
export type RawStack =
  | {
      /** Every frame on the way from the innermost to the outermost: the truth if the thread stood still. */
      readonly linked: readonly RawFrame[];
      /** What of them must have been running when they were copied; undefined where they can't be of one moment. */
      live(): readonly RawFrame[] | undefined;
    }
  | "torn";

export const mostFrames = 100_000;
