// The agent's wheel inside the program's one file. Empty here: the build puts the wheel in the place of this module (scripts/build/bundle.ts).

export const embeddedAgent: { readonly sha256: string; readonly gzipBase64: string } = { sha256: "", gzipBase64: "" };
