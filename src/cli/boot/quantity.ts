/** Numbers with a unit, as `ringlab boot` takes them. */
import { UserError } from "../errors.ts";

const BINARY: Record<string, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
const DECIMAL: Record<string, number> = { K: 1e3, M: 1e6, G: 1e9 };

/** "64M", "1G", "512K": bytes. A number alone counts MiB, as with QEMU. */
export function parseMemory(text: string): number {
  const [, digits, unit] = /^(\d+)(?:([KMG])(?:i?B)?)?$/i.exec(text) ?? [];
  if (digits === undefined) throw new UserError(`--memory takes a size as 64M, 1G or 512K, got "${text}"`);
  return Number(digits) * (BINARY[unit?.toUpperCase() ?? "M"] as number);
}

/** "1000000", "10M", "1.5G": a count. */
export function parseCount(text: string, option = "--limit"): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([KMG])?$/i.exec(text) ?? [];
  const count = Number(digits) * (unit ? (DECIMAL[unit.toUpperCase()] as number) : 1);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new UserError(`${option} takes a number of instructions as 1000000 or 10M, got "${text}"`);
  return count;
}

/** "0x7c00", "7c00h", "31744": an address. */
export function parseAddress(text: string, option: string): number {
  const hexadecimal = /^(?:0x([0-9a-f]+)|([0-9a-f]+)h)$/i.exec(text);
  const address = hexadecimal
    ? Number.parseInt(hexadecimal[1] ?? (hexadecimal[2] as string), 16)
    : /^\d+$/.test(text)
      ? Number(text)
      : Number.NaN;
  if (!(address < 2 ** 32)) throw new UserError(`${option} takes an address as 0x7c00, got "${text}"`);
  return address;
}
