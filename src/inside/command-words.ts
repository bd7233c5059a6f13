// A command as somebody wrote it, as words: quotes and backslashes as a shell takes them, and nothing else of a shell. For --via.

/** `kubectl exec "my pod" --` as its four words. An open quote ends with the text. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/(?:\\.|"(?:\\.|[^"\\])*"?|'[^']*'?|[^\s"'\\]|\\$)+/gsu)) words.push(unquoted(word));
  return words;
}

// POSIX shell, 2.2: inside double quotes a backslash escapes only $ ` " and itself.
function unquoted(word: string): string {
  return word.replaceAll(/\\(.)|"((?:\\.|[^"\\])*)"?|'([^']*)'?/gsu, (_match, escaped?: string, double?: string, single?: string) => {
    if (double !== undefined) return double.replaceAll(/\\([$`"\\])/g, "$1");
    return escaped ?? single ?? "";
  });
}
