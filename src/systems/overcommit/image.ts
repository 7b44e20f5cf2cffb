/**
 * Machines that only have contents, for page sharing: which pages are zero, which every machine of the image has, which a machine
 * has twice, and which are its own. How many of each is what was assumed; what sharing makes of it is not.
 */
import { fillPage, type Host, PAGE_BYTES, type Vm } from "../../virt/memory/index.ts";

/** Fractions of the machine's pages; what is left is its own. */
export interface Contents {
  readonly zero: number;
  /** Equal in all machines of the image: kernel, libraries, programs. */
  readonly common: number;
  /** Pages of which the machine has another one, in pairs; part of `common`. */
  readonly pairs: number;
}

const IMAGE = 1;
const OWN = 1000;

/** Boots one: every page is touched and written, but the zeros. */
export function bootImage(host: Host, pages: number, { zero, common, pairs }: Contents): Vm {
  const vm = host.create({ name: `vm${host.vms.length}`, pages });
  const page = new Uint8Array(PAGE_BYTES);
  const zeros = Math.round(zero * pages);
  const shared = Math.round(common * pages);
  const paired = Math.round(pairs * pages);
  for (let gpn = 0; gpn < pages; gpn++) {
    const at = gpn - zeros;
    if (at < 0) vm.read32(gpn * PAGE_BYTES);
    else {
      if (at < shared) fillPage(page, IMAGE, at < paired ? at >> 1 : at);
      else fillPage(page, OWN + vm.id, gpn);
      vm.writePage(gpn, page);
    }
  }
  return vm;
}

/** Pages that share a frame, and pages that need no frame because of it. */
export function shared(host: Host): { shared: number; reclaimed: number } {
  const frames = new Map<number, number>();
  for (const vm of host.vms)
    for (let gpn = 0; gpn < vm.pages; gpn++) {
      const frame = host.pages.frame(vm, gpn);
      if (frame !== undefined) frames.set(frame, (frames.get(frame) ?? 0) + 1);
    }
  const together = [...frames.values()].filter((users) => users > 1);
  const pages = together.reduce((sum, users) => sum + users, 0);
  return { shared: pages, reclaimed: pages - together.length };
}
