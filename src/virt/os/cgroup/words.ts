/** Words as the kernel reads them from a control file; what surrounds them is dropped. */
import { refuse } from "../errno.ts";

const INTEGER = /^[+-]?(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i;

/** kstrtoll with base 0: hexadecimal after 0x, octal after 0. EINVAL, ERANGE beyond `most`. */
export function integer(text: string, most = 2 ** 31 - 1): number {
  const [, digits] = INTEGER.exec(text) ?? refuse("EINVAL");
  const octal = /^0[0-7]+$/.test(digits!);
  const value = octal ? Number.parseInt(digits!, 8) : Number(digits);
  if (value > most) refuse("ERANGE");
  return text.startsWith("-") ? -value : value;
}

/** kstrtoull: a sign is none of its digits. */
export function unsigned(text: string): number {
  if (text.startsWith("-")) refuse("EINVAL");
  return integer(text, 2 ** 64 - 1);
}

/** memparse: digits and perhaps a letter of K, M, G, T, P, E. */
export function bytes(text: string): number {
  const [, digits, letter] = /^(0x[0-9a-f]+|[0-9]*)([kmgtpe]?)$/i.exec(text) ?? refuse("EINVAL");
  return Number(digits || "0") * 1024 ** (" kmgtpe".indexOf(letter!.toLowerCase()) % 7 || 0);
}

export const limit = (value: number): string => (value === Number.POSITIVE_INFINITY ? "max" : `${value}`);
