/** What a program printed to its terminal as HTML: colours and weights of ECMA-48 SGR; all other sequences are dropped. */
import { escapeXml } from "../../plots/index.ts";

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const SEQUENCE = /\u001b\[([\d;]*)m|\u001b\[[\d;?]*[A-Za-z]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

interface Look {
  color?: string;
  bold?: boolean;
  italic?: boolean;
  underline?: boolean;
}

export function ansiToHtml(text: string): string {
  let look: Look = {};
  let html = "";
  let from = 0;
  const emit = (piece: string) => {
    html += piece === "" ? "" : wrap(escapeXml(piece), look);
  };
  const settled = settle(text);
  for (const match of settled.matchAll(SEQUENCE)) {
    emit(settled.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] !== undefined) look = apply(look, match[1].split(";").map(Number));
  }
  emit(settled.slice(from));
  return html;
}

/** A carriage return starts its line anew, as a progress bar does. */
function settle(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .replace(/^.*\r(?=[^\n])/gm, "")
    .replace(/\r/g, "");
}

function apply(before: Look, codes: number[]): Look {
  let look = { ...before };
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!;
    if (code === 0) look = {};
    else if (code === 1) look.bold = true;
    else if (code === 3) look.italic = true;
    else if (code === 4) look.underline = true;
    else if (code === 22) delete look.bold;
    else if (code === 23) delete look.italic;
    else if (code === 24) delete look.underline;
    else if (code === 39) delete look.color;
    else if (code >= 30 && code <= 37) look.color = NAMES[code - 30]!;
    else if (code >= 90 && code <= 97) look.color = NAMES[code - 90]!;
    // 256 and true colours have arguments of their own, which are no codes.
    else if (code === 38 || code === 48) at += codes[at + 1] === 5 ? 2 : 4;
  }
  return look;
}

function wrap(html: string, { color, bold, italic, underline }: Look): string {
  const classes = [
    color && `ansi-${color}`,
    bold && "ansi-bold",
    italic && "ansi-italic",
    underline && "ansi-underline",
  ];
  const given = classes.filter(Boolean).join(" ");
  return given ? `<span class="${given}">${html}</span>` : html;
}
