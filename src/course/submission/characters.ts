/**
 * Characters that make a program read differently from what runs: bidirectional controls reorder what is displayed
 * (CVE-2021-42574, "Trojan Source"; Unicode property Bidi_Control), control characters hide it or steer a terminal.
 */

/** Tab and line ends are white space of the language. */
const HIDDEN = /(?!\s)[\p{Bidi_Control}\p{Cc}]/u;

export interface HiddenCharacter {
  /** Both from 1; the column counts UTF-16 units, as editors do. */
  line: number;
  column: number;
  /** "the bidirectional control character U+202E". */
  what: string;
}

/** The first of them in a text. */
export function hiddenCharacter(text: string): HiddenCharacter | undefined {
  const found = HIDDEN.exec(text);
  if (!found) return undefined;
  const before = text.slice(0, found.index).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1, what: describeCharacter(found[0]) };
}

/** "the control character U+0007": a text that shows what cannot be shown. */
export function describeCharacter(character: string): string {
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  return `the ${/\p{Bidi_Control}/u.test(character) ? "bidirectional " : ""}control character ${code}`;
}

/** A hostile text in quotes, on one line, at most 120 characters. */
export function visible(text: string): string {
  const shown = text.length > 120 ? `${text.slice(0, 117)}...` : text;
  return printable(JSON.stringify(shown));
}

/** What a terminal would obey and what no font shows becomes its number. */
export function printable(text: string): string {
  return text.replace(
    /[\p{C}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
