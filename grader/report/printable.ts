/**
 * Text of a submission, or made from it, as it may be shown. Control characters could steer a terminal, bidirectional ones
 * could make a line read as another one, and some are simply not seen; all of them become visible.
 */

/** Controls but tab and line feed, format characters that order or hide text, and halves of surrogate pairs. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

export function printable(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(UNSEEN, show);
}

function show(character: string): string {
  const code = character.codePointAt(0)!;
  // The control pictures of Unicode: ␀ … ␟, ␡.
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** The beginning of a text that may be long, with what was left out. */
export function excerpt(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters)}… (${text.length - characters} more characters)`;
}
