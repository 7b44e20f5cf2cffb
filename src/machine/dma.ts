/**
 * The way from a device to memory. A device never holds the bus's RAM: it puts addresses on its bus, and what they reach is decided there.
 *
 *     without an IOMMU    device ── Iova = guest-physical ──────────────────▶ RAM
 *     with one            device ── Iova ──▶ I/O page tables of its domain ──▶ RAM, or a fault and nothing
 */
import type { Gpa, Iova } from "./address.ts";
import type { Bus } from "./bus.ts";
import { isMessage } from "./devices/message.ts";

export interface Dma {
  /** Fills `into` from memory. False: the access was refused, and `into` is all ones (PCI 3.0, 3.3.3.1, master abort). */
  read(at: Iova, into: Uint8Array): boolean;
  /** False: the access was refused, and nothing past the first refused page was written. */
  write(at: Iova, bytes: Uint8Array): boolean;
}

/**
 * Straight onto the bus: an Iova is a physical address. Outside of RAM reads give all ones and writes are lost; but a dword written to
 * FEExxxxx is an interrupt message, whoever sends it (SDM Vol. 3, 11.11), where there is somebody for `message`.
 */
export function directDma(bus: Bus, message?: (address: number, data: number) => void): Dma {
  const inside = (at: number, length: number) => at >= 0 && at + length <= bus.ram.length;
  return {
    read(at, into) {
      if (!inside(at, into.length)) {
        into.fill(0xff);
        return false;
      }
      into.set(bus.ram.subarray(at, at + into.length));
      return true;
    },
    write(at, bytes) {
      if (!inside(at, bytes.length)) {
        if (message === undefined || !isMessage(at) || bytes.length !== 4 || at % 4 !== 0) return false;
        message(at, new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true));
        return true;
      }
      bus.dmaWrite(at as number as Gpa, bytes);
      return true;
    },
  };
}
