/** Pages that a front end has posted for frames, in the ring's order: granted for a copy, or entries that take a page for good. */
import { PAGE } from "../abi/numbers.ts";
import type { PagePool } from "../granted-pages.ts";
import type { Kernel } from "../kernel.ts";

export interface PostedPage {
  readonly gfn: number;
  readonly reference: number;
}

export interface PageSupply {
  /** As many of so many as there are. */
  post(count: number): PostedPage[];
  /** What was written to the page, which is nobody else's afterwards. Undefined: nothing came; "held": the other domain still has it. */
  take(page: PostedPage, offset: number, length: number): Uint8Array | undefined | "held";
}

export function granted(kernel: Kernel, pool: PagePool, backEnd: number): PageSupply {
  return {
    post(count) {
      const pages: PostedPage[] = [];
      while (pages.length < count) {
        const page = pool.granted(backEnd, false);
        if (page === undefined) break;
        pages.push(page);
      }
      return pages;
    },
    take(page, offset, length) {
      if (!pool.end(page)) return "held";
      return kernel.memory.read(page.gfn * PAGE + offset, length);
    },
  };
}

/** For each page that is to come, one has gone back to the machine first. */
export function accepting(kernel: Kernel, backEnd: number): PageSupply {
  return {
    post(count) {
      const pages: PostedPage[] = [];
      while (pages.length < count) {
        const gfn = kernel.allocate();
        if (gfn === undefined) break;
        const reference = kernel.acceptTransfer(backEnd, gfn);
        if (reference === undefined) {
          kernel.free(gfn);
          break;
        }
        pages.push({ gfn, reference });
      }
      if (pages.length > 0) kernel.calls.decreaseReservation(pages.map(({ gfn }) => gfn));
      return pages;
    },
    take({ gfn, reference }, offset, length) {
      if (!kernel.endTransfer(reference)) {
        kernel.refill([gfn]);
        return undefined;
      }
      const bytes = kernel.memory.read(gfn * PAGE + offset, length);
      kernel.free(gfn);
      return bytes;
    },
  };
}
