/** A boot sector and a program of io/ behind it: what the images that drive devices have in common. */
import type { Listing } from "./build.ts";
import { GuestError } from "./guest-error.ts";
import { align, BOOT_ORIGIN, PAGE, place, SECTOR } from "./link.ts";
import { assembleSource } from "./source.ts";

const IMAGE = 0x100000;

export interface IoGuest extends Listing {
  /** A disk image: boot it as the first IDE disk, or build a domain from it, with 16 MB of memory or more. */
  readonly image: Uint8Array;
}

/** `defines` are known to the assembler; `parameters` fill in the program's own, by label. */
export function ioImage(
  source: string,
  defines: Readonly<Record<string, number>>,
  parameters: Record<string, number[]>,
): IoGuest {
  const boot = assembleSource("kernel", "boot.asm", { KERNEL_RING: 0 });
  const code = assembleSource("io", source, defines);
  const domain = code.symbols.has("image_end");
  const length = align(code.bytes.length, domain ? PAGE : SECTOR);
  const image = new Uint8Array(SECTOR + length);
  place(image, { code: boot, values: {} }, 0, BOOT_ORIGIN, {
    sectors: [length / SECTOR],
    directory_entries: [1],
  });
  const end: Record<string, number[]> = domain ? { image_end: [IMAGE + length] } : {};
  place(image, { code, values: {} }, SECTOR, IMAGE, { ...parameters, ...end });
  return { image, symbols: code.symbols, lines: code.lines };
}

/** Throws a GuestError that names the first option which is no whole number between its limits. */
export function checkWhole<Name extends string>(
  values: Readonly<Record<NoInfer<Name>, number>>,
  limits: Readonly<Record<Name, readonly [number, number]>>,
): void {
  for (const name of Object.keys(limits) as Name[]) {
    const value = values[name];
    const [least, most] = limits[name];
    if (!Number.isInteger(value) || value < least || value > most)
      throw new GuestError(`${name} is ${value}: give a whole number from ${least} to ${most}`);
  }
}
