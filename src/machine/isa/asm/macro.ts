/** Multi-line macros: %macro name least[-most|+] [defaults] … %endmacro, with %1, %0 and %%local names in the body. */
import { textOf } from "./define.ts";
import { LineError, type SourceLine } from "./error.ts";
import type { Token } from "./lexer.ts";

export interface Macro {
  name: string;
  least: number;
  most: number;
  /** The last parameter takes the rest, commas and all. */
  greedy: boolean;
  defaults: string[];
  lines: SourceLine[];
}

export function parseMacro(tokens: Token[], lines: SourceLine[], source: SourceLine): Macro {
  const [name, ...rest] = tokens;
  const found = /^(\d+)(?:\s*-\s*(\d+|\*))?\s*(\+)?\s*(.*)$/.exec(textOf(rest));
  if (name?.kind !== "name" || !found)
    throw new LineError(
      "%macro takes a name and how many parameters: %macro outb 2",
      source.text.indexOf("%"),
    );
  const [, least, most, plus, defaults] = found as unknown as [
    string,
    string,
    string | undefined,
    string | undefined,
    string,
  ];
  return {
    name: name.text,
    least: Number(least),
    most: most === "*" ? Number.POSITIVE_INFINITY : Number(most ?? least),
    greedy: plus !== undefined,
    defaults: defaults === "" ? [] : defaults.split(",").map((text) => text.trim()),
    lines,
  };
}

/** The body with its parameters in place. `serial` makes %%names unique. */
export function bodyOf(
  macros: Macro[],
  name: Token,
  given: Token[],
  call: SourceLine,
  serial: number,
): SourceLine[] {
  const all = cut(given);
  const macro = macros.find(
    ({ least, most, greedy }) => all.length >= least && (all.length <= most || greedy),
  );
  if (!macro) {
    const takes = macros.map(({ least, most, greedy }) =>
      most === least ? `${least}${greedy ? " or more" : ""}` : `${least} to ${most}`,
    );
    throw new LineError(
      `the macro ${name.text} takes ${takes.join(" or ")} parameters, got ${all.length}`,
      name.column,
    );
  }
  const parameters =
    macro.greedy && all.length > macro.most
      ? [...all.slice(0, macro.most - 1), all.slice(macro.most - 1).join(",")]
      : all;
  for (let i = parameters.length; i < macro.least + macro.defaults.length; i++)
    parameters.push(macro.defaults[i - macro.least] ?? "");
  return macro.lines.map(({ file, line, text }) => ({
    file,
    line,
    text: substitute(text, parameters, serial),
    macro: { name: macro.name, call },
  }));
}

/** Parameters are cut at commas; braces keep commas together. */
function cut(tokens: Token[]): string[] {
  if (tokens.length === 0) return [];
  const parts: Token[][] = [[]];
  let braces = 0;
  for (const token of tokens) {
    if (token.text === "{" && braces++ === 0) continue;
    if (token.text === "}" && --braces === 0) continue;
    if (token.text === "," && braces === 0) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts.map(textOf);
}

const HOLES = /('[^']*'|"[^"]*"|`(?:\\.|[^`\\])*`|;.*$)|%%([\w.?@$#~]+)|%(\d+)|%\{(\d+)\}/g;

function substitute(text: string, parameters: string[], serial: number): string {
  const filled = text.replace(HOLES, (_all, kept, local, plain, braced) => {
    if (kept !== undefined) return kept;
    if (local !== undefined) return `..@${serial}.${local}`;
    const number = Number(plain ?? braced);
    return number === 0 ? String(parameters.length) : (parameters[number - 1] ?? "");
  });
  return filled.replace(/\s*%\+\s*/g, "");
}
