/** The comment in which a mutant says what is wrong with it, and who catches it. */

export interface Header {
  /** In words. */
  wrong: string;
  clause: string;
  /** "part: name" of a public check, and of a hidden test. */
  caughtBy: string;
  caughtByHidden: string;
}

const LINES: Readonly<Record<keyof Header, string>> = {
  wrong: "Wrong",
  clause: "Breaks clause",
  caughtBy: "Caught by",
  caughtByHidden: "Caught by hidden",
};

/** @throws Error that names the line that is missing */
export function readHeader(text: string): Header {
  const head = text.slice(0, Math.max(text.indexOf("*/"), 0));
  const read = ([field, label]: [string, string]) => {
    const said = new RegExp(`^ \\* ${label}: (.+)$`, "m").exec(head)?.[1];
    if (said === undefined) throw new Error(`its header has no line " * ${label}: …"`);
    return [field, said.trim()];
  };
  return Object.fromEntries(Object.entries(LINES).map(read));
}
