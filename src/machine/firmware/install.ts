/** Puts the ROM into a machine and tells fw_cfg what firmware asks for. */
import type { Bus, MmioDevice } from "../bus.ts";
import { type FwCfg, ITEM } from "../devices/fw-cfg.ts";
import { assemble } from "../isa/asm/assemble.ts";
import { kept } from "../isa/asm/kept.ts";
import type { RemappingUnit } from "./acpi.ts";
import { ASSEMBLED } from "./bios/assembled.ts";
import { BIOS } from "./bios/index.ts";
import { e820, ROM, USABLE } from "./memory-map.ts";
import type { Processor } from "./mp.ts";
import { buildRom, ROM_BYTES } from "./rom.ts";

/** The processor's first instruction is here, 16 bytes below 4 GiB: the ROM answers there too. */
const TOP = 2 ** 32 - ROM_BYTES;

let bios: Uint8Array | undefined;

/** Its name in messages, and among what the build has assembled. */
export const BIOS_FILE = "bios";

/** The BIOS, assembled by the build or the first time that it is asked for. */
export function assembledBios(): Uint8Array {
  bios ??= (kept(ASSEMBLED, BIOS_FILE, BIOS) ?? assemble(BIOS, { file: BIOS_FILE })).bytes;
  return bios;
}

export function installFirmware(
  { bus, fwCfg }: { bus: Bus; fwCfg: FwCfg },
  processor: Processor,
  unit?: RemappingUnit,
): void {
  const ram = bus.ram.length;
  const rom = buildRom({ bios: assembledBios(), ram, processor, unit });
  bus.mapRom(ROM, rom);
  bus.mapMmio(TOP, ROM_BYTES, readOnly(rom));
  fwCfg.setNumber(ITEM.RAM_SIZE, ram, 8);
  fwCfg.setNumber(ITEM.NB_CPUS, 1, 2);
  fwCfg.setNumber(ITEM.MAX_CPUS, 1, 2);
  fwCfg.addFile("etc/e820", e820([{ base: 0, length: ram, type: USABLE }]));
}

function readOnly(rom: Uint8Array): MmioDevice {
  const view = new DataView(rom.buffer, rom.byteOffset, rom.length);
  return {
    read: (offset, size) => {
      if (size === 1) return view.getUint8(offset);
      return size === 2 ? view.getUint16(offset, true) : view.getUint32(offset, true);
    },
    write: () => {},
    memory: rom,
  };
}
