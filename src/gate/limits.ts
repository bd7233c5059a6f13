// The numbers that bound every command: defaults and caps (LAWS: the policy may lower a cap, only the target's owner may raise it).

export const timeLimits = { defaultMs: 30_000, capMs: 600_000 } as const;
