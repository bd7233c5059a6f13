// The schemas of what `locals` answers with: one frame of one thread of each process, with its variables.

import { z } from "zod";
import { foreignText, frameSchema, targetHeadSchema } from "./stack-schema.ts";
import { variableSchema } from "./value-schema.ts";

export const localsTargetSchema = targetHeadSchema.extend({
  paused: z.boolean(),
  thread: z.object({ tid: z.int(), name: foreignText, main: z.boolean() }),
  frame: frameSchema.extend({
    /** Counted from the innermost; among the application's frames unless all were asked for. */
    number: z.int(),
    /** Frames that can be asked for by number. */
    countedFrames: z.int(),
    /** False where the frame was left while it was read. */
    stayed: z.boolean(),
  }),
  variables: z.array(variableSchema),
  /** Variables there are, where not all are shown. */
  variableCount: z.int(),
});

export type LocalsTarget = z.output<typeof localsTargetSchema>;
