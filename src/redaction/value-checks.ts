// The tests behind some value rules that no pattern can make: check digits, decoding, randomness.
// Each narrows a stretch that a pattern found to the stretches that are secrets.

import { secretWords, secretWordsForUuid } from "./rules.ts";

export interface Stretch {
  start: number;
  end: number;
}

/** Which part of `text` from `start` to `end` is a secret: none, one or several stretches. */
export type ValueCheck = (text: string, found: Stretch) => Stretch[];

export const valueChecks: ReadonlyMap<string, ValueCheck> = new Map<string, ValueCheck>([
  ["card number", cardNumbers],
  ["base64 name and password", nameAndPassword],
  ["random beside a secret word", randomBesideSecretWord],
]);

const fewestCardDigits = 13;
const mostCardDigits = 19;

/** Groups of digits that together are a card number (ISO/IEC 7812-1: 13 to 19 digits, Luhn's check digit, an issuer beginning with 2 to 6). */
function cardNumbers(text: string, found: Stretch): Stretch[] {
  if (found.end - found.start < fewestCardDigits || isWithinHex(text, found) || isFraction(text, found.start)) return [];
  const groups = [...text.slice(found.start, found.end).matchAll(/\d+/g)].map((match) => ({
    at: found.start + match.index,
    digits: match[0],
  }));
  const cards: Stretch[] = [];
  for (let first = 0; first < groups.length; first += 1) {
    const last = lastGroupOfCard(groups, first);
    const end = groups[last ?? -1];
    if (last === undefined || end === undefined) continue;
    cards.push({ start: groups[first]?.at ?? found.start, end: end.at + end.digits.length });
    first = last;
  }
  return cards;
}

/** The index of the group with which a card number that begins at group `first` ends. Cards are written in groups of three digits or more, save the last. */
function lastGroupOfCard(groups: readonly { at: number; digits: string }[], first: number): number | undefined {
  let digits = "";
  let longest: number | undefined;
  for (let index = first; index < groups.length; index += 1) {
    digits += groups[index]?.digits ?? "";
    if (digits.length > mostCardDigits) break;
    if (digits.length >= fewestCardDigits && /^[2-6]/.test(digits) && passesLuhn(digits)) longest = index;
    if ((groups[index]?.digits.length ?? 0) < 3) break;
  }
  return longest;
}

/** Luhn's check (ISO/IEC 7812-1 annex B): every second digit from the right doubled, nines cast out, the sum ends in 0. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Digits inside a long hexadecimal text (a commit, a digest) are no card; digits written in groups are not such a text. */
function isWithinHex(text: string, found: Stretch): boolean {
  if (/[ -]/.test(text.slice(found.start, found.end))) return false;
  const before = /[0-9a-fA-F]*$/.exec(text.slice(Math.max(0, found.start - 64), found.start))?.[0] ?? "";
  const after = /^[0-9a-fA-F]*/.exec(text.slice(found.end, found.end + 64))?.[0] ?? "";
  return before.length + after.length > 0 && before.length + after.length + found.end - found.start >= 24;
}

function isFraction(text: string, start: number): boolean {
  return /\d\.$/.test(text.slice(Math.max(0, start - 2), start));
}

/** RFC 7617: the credentials of basic authentication are `user:password` in base64. */
function nameAndPassword(text: string, found: Stretch): Stretch[] {
  const decoded = Buffer.from(text.slice(found.start, found.end), "base64").toString("latin1");
  return decoded.includes(":") ? [found] : [];
}

/** How far before a random text a word may stand that makes it a secret. */
const besideCharacters = 32;
const uuid = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

function randomBesideSecretWord(text: string, found: Stretch): Stretch[] {
  const before = text.slice(Math.max(0, found.start - besideCharacters), found.start).toLowerCase();
  const candidate = text.slice(found.start, found.end);
  const isUuid = uuid.test(candidate);
  const words = isUuid ? secretWordsForUuid : secretWords;
  return words.some((word) => before.includes(word)) && (isUuid || looksRandom(candidate)) ? [found] : [];
}

/** Random letters and digits change their kind far more often than words and numbers do: at one place in six or more. */
function looksRandom(text: string): boolean {
  let changes = 0;
  let digits = 0;
  for (let index = 0; index < text.length; index += 1) {
    const kind = kindOf(text.charCodeAt(index));
    const before = index === 0 ? kind : kindOf(text.charCodeAt(index - 1));
    if (kind === "digit") digits += 1;
    // A capital before small letters is how words are joined in names: not counted.
    if (kind !== before && kind !== "other" && before !== "other" && !(before === "upper" && kind === "lower")) changes += 1;
  }
  return digits > 0 && digits < text.length && changes * 6 >= text.length;
}

function kindOf(code: number): "digit" | "upper" | "lower" | "other" {
  if (code >= 48 && code <= 57) return "digit";
  if (code >= 65 && code <= 90) return "upper";
  if (code >= 97 && code <= 122) return "lower";
  return "other";
}
