/**
 * Configuration space in memory (PCI Express Base, 7.2.2, "ECAM"): 4096 bytes for each function, where the ports reach 256.
 *
 *     address   27 … 20 bus │ 19 … 15 device │ 14 … 12 function │ 11 … 0 byte
 */
import type { MmioDevice } from "../../bus.ts";
import { floating } from "../ports.ts";
import type { PciBus } from "./bus.ts";

/** Of one bus. */
export const ECAM_BYTES = 1 << 20;

/** The configuration space of bus 0. What a function does not have is nobody's. */
export const ecam = (pci: PciBus): MmioDevice => ({
  read(offset, size) {
    const [space, at] = [pci.at(offset >>> 12), offset & 0xfff];
    return space === undefined || at >= space.configBytes ? floating(size) : space.readConfig(at, size);
  },
  write(offset, value, size) {
    const [space, at] = [pci.at(offset >>> 12), offset & 0xfff];
    if (space !== undefined && at < space.configBytes) space.writeConfig(at, value, size);
  },
});
