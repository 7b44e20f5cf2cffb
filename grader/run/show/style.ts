/** Words of a terminal: colours where it has them, and never a control character of anybody else. */
import { styleText } from "node:util";
import { excerpt, printable } from "../../report/printable.ts";

type Format = Parameters<typeof styleText>[0];

export type Paint = (format: Format, text: string) => string;

/** Of a stream that may be a file, a pipe or a terminal; NO_COLOR is heeded. */
export function painter({ isTTY }: { isTTY?: boolean | undefined }): Paint {
  const colours = isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return (format, text) => (colours ? styleText(format, text, { validateStream: false }) : text);
}

/** Somebody else's text on one line, shortened. */
export const oneLine = (text: string, characters = 200): string =>
  excerpt(printable(text).replace(/\s+/g, " ").trim(), characters);
