// Whether the name of a value is enough to hide it: variables, keys, headers, settings, options.
// Asked by the redactor for every name that stands beside a value, in texts and in structures.

import { limits, names } from "./rules.ts";

const exactNames = new Set(names.exact);
const secretWordSet = new Set(names.words);
const containedWords = [...names.contains].sort((one, other) => other.length - one.length);
const anyContained = new RegExp(containedWords.join("|"));
const proseWords = new Set(names.prose);
const readableWords = [...names.readable];
const anyReadable = new RegExp(readableWords.join("|"));
const wholeLineWords = [...names.wholeLine];

/** Answers for names seen before; emptied when full, so that hostile names can't grow it. */
const answers = new Map<string, string | undefined>();
const mostAnswers = 2_000;
const longestKnown = 64;

/** The rule that hides every value under this name (`name: password`), or undefined. */
export function nameRule(name: string): string | undefined {
  if (name.length < 2) return undefined;
  const known = answers.get(name);
  if (known !== undefined || answers.has(name)) return known;
  const entry = hiddenEntry(name);
  const answer = entry === undefined ? undefined : `name: ${asciiEntry(entry)}`;
  if (answers.size >= mostAnswers) answers.clear();
  if (name.length <= longestKnown) answers.set(name, answer);
  return answer;
}

/** As `nameRule`, for `Name: value` in running text, where `KeyError: x` and `API: x` are no secrets. */
export function proseNameRule(name: string): string | undefined {
  const rule = nameRule(name);
  if (rule === undefined) return undefined;
  const compact = compactName(name);
  if (names.proseEndings.some((ending) => compact.endsWith(ending))) return undefined;
  return proseWords.has(rule.slice("name: ".length)) ? rule : undefined;
}

/** Whether everything up to the end of the line belongs to the value (`Cookie: a=b; c=d`). */
export function takesWholeLine(name: string): boolean {
  const compact = compactName(name);
  return wholeLineWords.some((word) => compact.includes(word));
}

/** The name as it is compared: lower case, without separators. */
function compactName(name: string): string {
  return snakeName(name).replaceAll("_", "");
}

/** Lower case, words joined by `_`: at separators, and where a capital follows a small letter. A long name counts by both its ends. */
function snakeName(name: string): string {
  const half = limits.nameCharacters / 2;
  const bounded = name.length > limits.nameCharacters ? `${name.slice(0, half)}_${name.slice(-half)}` : name;
  return bounded
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-_. \t"'$]+/g, "_")
    .toLowerCase();
}

/** The entry of the rules that hides this name. */
function hiddenEntry(name: string): string | undefined {
  const snake = snakeName(name);
  const compact = snake.replaceAll("_", "");
  const contained = anyContained.test(compact) ? containedEntry(snake, compact) : undefined;
  return contained ?? exactEntry(compact) ?? secretWord(snake);
}

/** A short word that means a secret where it stands alone (`user_pin`, not `pinned`). */
function secretWord(snake: string): string | undefined {
  const forms = snake.split("_").flatMap((word) => [word, word.replace(/\d+$/, ""), word.replace(/s$/, "")]);
  return forms.find((word) => secretWordSet.has(word));
}

/** Marks are ASCII; the words of other scripts in the rules all mean a password. */
function asciiEntry(entry: string): string {
  return /^[ -~]+$/.test(entry) ? entry : "password";
}

/** WSGI writes headers as HTTP_X; a plural or a number at the end changes nothing. */
function exactEntry(compact: string): string | undefined {
  const bare = compact.startsWith("http") ? compact.slice(4) : compact;
  const forms = [compact, bare, bare.replace(/\d+$/, ""), bare.replace(/s$/, "")];
  return forms.find((form) => exactNames.has(form));
}

/** The longest contained word that is not merely part of a harmless word (`key` in `keyboard`). */
function containedEntry(snake: string, compact: string): string | undefined {
  if (!anyReadable.test(snake)) return containedWords.find((word) => compact.includes(word));
  const harmless = harmlessLetters(snake);
  return containedWords.find((word) => {
    for (let at = compact.indexOf(word); at >= 0; at = compact.indexOf(word, at + 1)) {
      if (harmless.slice(at, at + word.length).includes(false)) return true;
    }
    return false;
  });
}

/** For each letter of the compact name, whether it belongs to a harmless word. */
function harmlessLetters(snake: string): boolean[] {
  const marked = Array.from<boolean>({ length: snake.length }).fill(false);
  for (const word of readableWords) {
    for (let at = snake.indexOf(word); at >= 0; at = snake.indexOf(word, at + 1)) marked.fill(true, at, at + word.length);
  }
  return marked.filter((_, index) => snake[index] !== "_");
}
