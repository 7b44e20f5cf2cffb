/** What may go straight to RAM: everything to a plain page, reads of one with code or of ROM, nothing where a device answers. */
import { PAGE_MMIO, PAGE_TRACED } from "../bus.ts";
import { SMAP_READ, SYSTEM_READ, USER_READ } from "./rights.ts";

const ALL_KINDS = 0xff;
const READS = (1 << USER_READ) | (1 << SYSTEM_READ) | (1 << SMAP_READ);

/** Bit n of an element: kind n of access (rights.ts). By the PAGE_… flags of a page. */
export const DIRECT_KINDS = Uint8Array.from({ length: 2 * PAGE_TRACED }, (_, flags) =>
  flags === 0 ? ALL_KINDS : (flags & PAGE_MMIO) !== 0 ? 0 : READS,
);
