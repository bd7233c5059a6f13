// Lines of source as the target's own files have them, for --source; files that can't be read leave the line out.

import { readRootFile } from "./root-file.ts";

export interface SourceFiles {
  /** The text of a line, trimmed and cut; undefined where the file or the line is not there. */
  lineAt(file: string, line: number): string | undefined;
}

const largestFileBytes = 8 * 1024 * 1024;
const longestLine = 200;
const mostFiles = 500;

/** Source files of one process, each read once. */
export function openSourceFiles(pid: number): SourceFiles {
  const files = new Map<string, readonly string[]>();
  const linesOf = (file: string): readonly string[] => {
    let lines = files.get(file);
    if (lines === undefined) {
      const content =
        file.startsWith("/") && files.size < mostFiles ? readRootFile({ pid, path: file, maxBytes: largestFileBytes }) : undefined;
      lines = Buffer.isBuffer(content) ? content.toString("utf8").split("\n") : [];
      files.set(file, lines);
    }
    return lines;
  };
  return {
    lineAt: (file, line) => {
      const text = linesOf(file)[line - 1]?.trim();
      return text === undefined || text === "" ? undefined : text.slice(0, longestLine);
    },
  };
}
