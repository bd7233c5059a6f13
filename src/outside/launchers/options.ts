// The options and the positional arguments of a launcher's command line, without its own parser at hand.

export interface Options {
  /** The last value of an option by any of its names; an empty text where it is given without one. */
  value(...names: readonly string[]): string | undefined;
  has(...names: readonly string[]): boolean;
  readonly positional: readonly string[];
}

/** `flags` are options without a value; every other option that is not written `--name=value` takes the next word. */
export function parseOptions(words: readonly string[], flags: ReadonlySet<string>): Options {
  const values = new Map<string, string>();
  const positional: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "--") {
      positional.push(...words.slice(index + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") positional.push(word);
    else if (flags.has(word)) values.set(word, "");
    else if (word.startsWith("--") && word.includes("=")) values.set(word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1));
    else if (!word.startsWith("--") && word.length > 2) values.set(word.slice(0, 2), word.slice(2).replace(/^=/, ""));
    else values.set(word, words[(index += 1)] ?? "");
  }
  const value = (...names: readonly string[]): string | undefined =>
    names.map((name) => values.get(name)).find((found) => found !== undefined);
  return { value, has: (...names) => value(...names) !== undefined, positional };
}
