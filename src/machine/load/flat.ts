/** A flat image: its bytes go to one address, and the processor starts there in a mode of choice. */
import { type Gpa, hex } from "../address.ts";
import type { Cpu } from "../cpu/cpu.ts";
import { LoadError } from "./error.ts";
import { type Mode, startIn } from "./start.ts";

export interface FlatOptions {
  /** Where the image was assembled to be; 7C00h unless said. */
  readonly origin?: number;
  /** The first instruction; the origin unless said. */
  readonly entry?: number;
  /** "real" unless said. */
  readonly mode?: Mode;
}

export const BOOT_SECTOR = 0x7c00;

/** Throws a LoadError when the image does not fit into memory. */
export function loadFlat(
  { cpu }: { cpu: Cpu },
  image: Uint8Array,
  { origin = BOOT_SECTOR, entry = origin, mode = "real" }: FlatOptions = {},
): void {
  const { bus } = cpu;
  const end = origin + image.length;
  if (end > bus.ram.length)
    throw new LoadError(
      `the image goes to ${hex(origin)} … ${hex(end)}, beyond the memory of ${bus.ram.length / 2 ** 20} MiB: ` +
        "give the machine more memory or the image a lower origin",
    );
  bus.dmaWrite(origin as Gpa, image);
  startIn(cpu, mode, entry);
}
