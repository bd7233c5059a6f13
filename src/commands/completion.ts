// `completion`: the script that a shell reads, as text.

import type record from "../protocol/commands/completion.ts";
import type { Handler } from "../protocol/request.ts";
import { bashScript } from "./completion/bash.ts";
import { fishScript } from "./completion/fish.ts";
import { zshScript } from "./completion/zsh.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

export const run: Handler<typeof record> = async ({ shell }) => ({ shell, script: scripts[shell] });
