// SIGINT and SIGTERM as an abort signal and the exit code each leads to; a second one ends the process at once, as without us.

import type { EventEmitter } from "node:events";

/** 128 and the signal's number, as shells report it. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export type SignalSource = Pick<EventEmitter, "once" | "off">;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Undefined as long as nothing interrupted. */
  exitCode(): number | undefined;
  /** Lets go of the signals. */
  end(): void;
}

export function watchInterruption(source: SignalSource): Interruption {
  const controller = new AbortController();
  let code: number | undefined;
  const listeners = (["SIGINT", "SIGTERM"] as const).map((name) => {
    const listener = (): void => {
      code ??= exitCodes[name];
      controller.abort();
    };
    source.once(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    end: () => listeners.forEach(({ name, listener }) => source.off(name, listener)),
  };
}
