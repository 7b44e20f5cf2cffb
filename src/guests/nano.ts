/** The image of the nanobenchmarks: single operations of a kernel, in loops between marks (nano/nano.asm says how). */
import type { Listing } from "./build.ts";
import { GuestError } from "./guest-error.ts";
import { align, BOOT_ORIGIN, place, SECTOR } from "./link.ts";
import type { NanoOptions } from "./nanobenchmarks.ts";
import { assembleSource } from "./source.ts";

const IMAGE = 0x100000;
const MOST = 100_000_000;

export interface NanoGuest extends Listing {
  /** A disk image: boot it as the first IDE disk, with 4 MB of memory or more. */
  readonly image: Uint8Array;
}

/** Builds the disk image. Throws a GuestError that says which option is wrong and what is allowed. */
export function buildNano({ bits = 32, iterations = 1000, warmUp = 100 }: NanoOptions = {}): NanoGuest {
  for (const [name, value] of Object.entries({ iterations, warmUp }))
    if (!Number.isInteger(value) || value < 1 || value > MOST)
      throw new GuestError(`${name} is ${value}: give a whole number from 1 to ${MOST}`);
  const boot = assembleSource("kernel", "boot.asm", { KERNEL_RING: 0 });
  const code = assembleSource("nano", "nano.asm", bits === 64 ? { LONG: 1 } : {});
  const size = align(code.bytes.length, SECTOR);
  const image = new Uint8Array(SECTOR + size);
  place(image, { code: boot, values: {} }, 0, BOOT_ORIGIN, {
    sectors: [size / SECTOR],
    directory_entries: [1],
  });
  place(image, { code, values: {} }, SECTOR, IMAGE, {
    param_iterations: [iterations],
    param_warm_up: [warmUp],
  });
  return { image, symbols: code.symbols, lines: code.lines };
}
