/** Pages of a front end's, granted to its back end for one request, or kept so for the next one (persistent grants). */
import type { Kernel } from "./kernel.ts";

export interface GrantedPage {
  readonly gfn: number;
  readonly reference: number;
}

export class PagePool {
  readonly #kernel: Kernel;
  readonly #persistent: boolean;
  #pool: GrantedPage[] = [];
  /** Pages that a back end still has mapped although it has answered, or is gone: nobody else may have them. */
  #held: GrantedPage[] = [];

  constructor(kernel: Kernel, persistent: boolean) {
    this.#kernel = kernel;
    this.#persistent = persistent;
  }

  /** Undefined: there are not so many. `readonly`: what a back end may do; what is kept is granted for anything. */
  take(count: number, to: number, readonly: boolean): GrantedPage[] | undefined {
    const pages: GrantedPage[] = [];
    while (pages.length < count) {
      const page = this.#pool.pop() ?? this.granted(to, readonly && !this.#persistent);
      if (page === undefined) {
        this.give(pages);
        return undefined;
      }
      pages.push(page);
    }
    return pages;
  }

  give(pages: readonly GrantedPage[]): void {
    if (this.#persistent) this.#pool.push(...pages);
    else for (const page of pages) this.end(page);
  }

  granted(to: number, readonly: boolean): GrantedPage | undefined {
    const gfn = this.#kernel.allocate();
    if (gfn === undefined) return undefined;
    const reference = this.#kernel.grant(to, gfn, readonly);
    if (reference !== undefined) return { gfn, reference };
    this.#kernel.free(gfn);
    return undefined;
  }

  /** False: the back end has it mapped still. */
  end(page: GrantedPage): boolean {
    const ended = this.#kernel.endGrant(page.reference);
    if (ended) this.#kernel.free(page.gfn);
    else this.#held.push(page);
    return ended;
  }

  /** The back end that they are granted to is gone. */
  empty(): void {
    for (const page of this.#pool.splice(0)) this.end(page);
  }

  takeBack(): void {
    for (const page of this.#held.splice(0)) this.end(page);
  }
}
