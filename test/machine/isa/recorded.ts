/** nasm's encodings of all forms, recorded by record.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Bits } from "./forms.ts";

export const RECORD = join(import.meta.dirname, "../../fixtures/isa/nasm.txt.gz");

export interface Encoding {
  bits: Bits;
  /** Undefined: nasm has no such form. */
  hex: string | undefined;
  text: string;
}

/** One a line: bits, bytes in hex or "-", text. */
export const serialize = (encodings: readonly Encoding[]) =>
  encodings.map(({ bits, hex, text }) => `${bits} ${hex ?? "-"} ${text}\n`).join("");

export function recorded(): Encoding[] {
  const lines = gunzipSync(readFileSync(RECORD)).toString().trimEnd().split("\n");
  return lines.map((line) => {
    const [bits, hex, ...text] = line.split(" ");
    return { bits: Number(bits) as Bits, hex: hex === "-" ? undefined : hex, text: text.join(" ") };
  });
}
