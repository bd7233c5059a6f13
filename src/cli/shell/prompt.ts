// What stands before the cursor: where the session is. `(ispyd)`, `(ispyd:shop)`, `(process:14940)`.

import { cleanText } from "../../base/clean-text.ts";

export interface Whereabouts {
  readonly plugin: string | undefined;
  readonly target: string | undefined;
}

export function promptText({ plugin = "ispyd", target }: Whereabouts): string {
  return `(${plugin}${target === undefined ? "" : `:${cleanText(target)}`}) `;
}
