/** The image that runs a DMA remapping unit for one device (io/iommu.asm says how), and what it must print. */
import { checkWhole, type IoGuest, ioImage } from "./io-image.ts";

/** Pages that it gives out, 1 … 511. */
const PAGES = 511;

export interface IommuGuestOptions {
  /** Buffers that are mapped for the device, one after the other. 100 unless given. */
  readonly count?: number;
  /** Pages that wait for one flush, 1 … 510; 1: each page is flushed by itself. 1 unless given. */
  readonly batch?: number;
  /** Passes of an empty loop while a buffer is mapped. 0 unless given. */
  readonly rest?: number;
}

function checked(options: IommuGuestOptions) {
  const all = { count: 100, batch: 1, rest: 0, ...options };
  checkWhole(all, { count: [1, 1_000_000], batch: [1, PAGES - 1], rest: [0, 1_000_000] });
  return all;
}

/** Builds the boot disk for a board with a unit at FED90000. Throws a GuestError for a wrong option. */
export function buildIommuGuest(options: IommuGuestOptions = {}): IoGuest {
  const { count, batch, rest } = checked(options);
  return ioImage("iommu.asm", {}, { param_count: [count], param_batch: [batch], param_rest: [rest] });
}

/** What the machine prints: the page that stays mapped. */
export function expectedIommu(options: IommuGuestOptions = {}): string {
  const last = ((checked(options).count - 1) % PAGES) + 1;
  return `ringlab iommu\nok last=${last.toString(16).padStart(8, "0")}\n`;
}
