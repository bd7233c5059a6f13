// The schemas of what `locals` answers with: one frame of one thread of each process, or the frames of one request, with their variables.

import { z } from "zod";
import { once } from "../base/once.ts";
import { requestHeadSchema } from "./requests-schema.ts";
import { foreignText, frameSchema, targetHeadSchema } from "./stack-schema.ts";
import { variableSchema } from "./value-schema.ts";

const frameVariablesSchema = once(() =>
  z.object({
    frame: frameSchema().extend({
      /** Counted from the innermost; among the application's frames unless all were asked for. */
      number: z.int(),
      /** Frames that can be asked for by number. */
      countedFrames: z.int(),
      /** False where the frame was left while it was read. */
      stayed: z.boolean(),
    }),
    variables: z.array(variableSchema()),
    /** Variables there are, where not all are shown. */
    variableCount: z.int(),
  }),
);

export const localsTargetSchema = once(() =>
  targetHeadSchema().extend({
    paused: z.boolean(),
    thread: z.object({ tid: z.int(), name: foreignText(), main: z.boolean() }),
    ...frameVariablesSchema().shape,
  }),
);

export const requestLocalsSchema = once(() =>
  targetHeadSchema().extend({
    paused: z.boolean(),
    request: requestHeadSchema(),
    /** Innermost first. */
    frames: z.array(frameVariablesSchema()),
  }),
);

export type FrameVariablesResult = z.output<ReturnType<typeof frameVariablesSchema>>;
export type RequestLocals = z.output<ReturnType<typeof requestLocalsSchema>>;

export type LocalsTarget = z.output<ReturnType<typeof localsTargetSchema>>;
