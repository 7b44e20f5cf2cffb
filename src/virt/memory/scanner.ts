/** Looks for pages to share, so many at a time: at random places, as ESX does (Waldspurger 2002, section 4.2). */
import type { Host } from "./host.ts";

export interface Scanner {
  /** Looks at that many pages. */
  scan(pages: number): void;
}

export class RandomScanner implements Scanner {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  scan(pages: number): void {
    const { vms, draw, sharer, sharing } = this.#host;
    if (vms.length === 0) return;
    for (let count = 0; count < pages; count++) {
      const vm = vms[draw(vms.length)]!;
      const gpn = draw(vm.pages);
      if (this.#host.pages.frame(vm, gpn) !== undefined) sharer.scan(vm.first + gpn, sharing);
    }
  }
}
