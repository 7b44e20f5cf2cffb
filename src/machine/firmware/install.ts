/**
 * Puts the ROM where a PC has it: below 1 MiB, and once more below 4 GiB, where the processor's first instruction is.
 */
import type { Bus } from "../bus.ts";
import type { Cpu } from "../cpu/cpu.ts";
import { cpuid } from "../cpu/cpuid.ts";
import { assemble } from "../isa/asm/assemble.ts";
import { BIOS } from "./bios/index.ts";
import { ROM } from "./memory-map.ts";
import { buildRom, ROM_BYTES } from "./rom.ts";

const TOP = 2 ** 32;

/** The same for all machines: assembled when the first is made. */
let bios: Uint8Array | undefined;

export function installFirmware(bus: Bus, cpu: Cpu): void {
  bios ??= assemble(BIOS, { file: "BIOS" }).bytes;
  const [signature, , , features] = cpuid(cpu, 1, 0);
  const rom = buildRom({ bios, ram: bus.ram.length, processor: { signature, features } });
  bus.mapRom(ROM, rom);
  const view = new DataView(rom.buffer);
  bus.mapMmio(TOP - ROM_BYTES, ROM_BYTES, {
    read: (offset, size) =>
      size === 1
        ? view.getUint8(offset)
        : size === 2
          ? view.getUint16(offset, true)
          : view.getUint32(offset, true),
    write: () => {},
  });
}
