/**
 * The kernel of a domain in TypeScript, as far as split drivers need one: free pages, holes for other domains' pages, grants, and upcalls.
 * It has the domain's hypercalls and memory, and nothing of anybody else's.
 *
 *     gfn  0 … own − 1   pages of its own
 *          own           shared page
 *          own + 1       grant table
 *          own + 2 …     holes
 */
import { GNTMAP, GNTST, MAPSPACE, PAGE } from "./abi/numbers.ts";
import { GRANT_ENTRY, GTF } from "./grant-table.ts";
import type { MapGrantRef } from "./grants.ts";
import type { Hypercalls, Hypervisor } from "./hypervisor.ts";
import type { Physmap } from "./physmap.ts";
import type { Scheduler } from "./scheduler.ts";
import { CHANNELS, SHARED } from "./shared-info.ts";

/** References below are the toolstack's: GNTTAB_NR_RESERVED_ENTRIES. */
const FIRST_REFERENCE = 8;

export interface KernelOptions {
  readonly pages: number;
  /** Pages of others that it can have mapped at a time. */
  readonly holes?: number;
  readonly privileged?: boolean;
  /** Interrupts of the hardware that it may bind. */
  readonly lines?: readonly number[];
}

/** A page of another domain's, mapped at frame number `gfn`. */
export interface MappedPage {
  readonly gfn: number;
  readonly handle: number;
}

export class Kernel {
  readonly id: number;
  readonly calls: Hypercalls;
  readonly memory: Physmap;
  crashed = false;
  readonly #hypervisor: Hypervisor;
  readonly #scheduler: Scheduler;
  readonly #domain: ReturnType<Hypervisor["createTranslated"]>["domain"];
  readonly #pages: number[] = [];
  readonly #holes: number[] = [];
  /** Frame numbers that have lost their page. */
  readonly #lost: number[] = [];
  readonly #references: number[] = [];
  readonly #handlers = new Map<number, () => void>();

  constructor(hypervisor: Hypervisor, scheduler: Scheduler, id: number, options: KernelOptions) {
    const { pages, holes = 0, ...rights } = options;
    const { calls, memory, domain } = hypervisor.createTranslated(id, pages, holes + 2, rights);
    this.id = id;
    this.calls = calls;
    this.memory = memory;
    this.#hypervisor = hypervisor;
    this.#scheduler = scheduler;
    this.#domain = domain;
    calls.addToPhysmap(MAPSPACE.sharedInfo, 0, pages);
    calls.addToPhysmap(MAPSPACE.grantTable, 0, pages + 1);
    for (let gfn = pages - 1; gfn >= 0; gfn--) this.#pages.push(gfn);
    for (let gfn = pages + holes + 1; gfn >= pages + 2; gfn--) this.#holes.push(gfn);
    for (let n = PAGE / GRANT_ENTRY - 1; n >= FIRST_REFERENCE; n--) this.#references.push(n);
    domain.onUpcall = () => this.later(() => this.#upcall());
  }

  later(work: () => void): void {
    this.#scheduler.later(this.id, work);
  }

  /** The domain dies where it stands: nothing of it is tidied up but what the hypervisor does. */
  crash(): void {
    this.crashed = true;
    this.#scheduler.forget(this.id);
    this.#hypervisor.destroy(this.#domain);
  }

  get freePages(): number {
    return this.#pages.length;
  }

  /** Pages of others that it can still map. */
  get freeHoles(): number {
    return this.#holes.length;
  }

  allocate(): number | undefined {
    return this.#pages.pop();
  }

  free(gfn: number): void {
    this.#pages.push(gfn);
  }

  /** Pages of the machine's in place of its own that went away; where there is none now, later. */
  refill(gfns: readonly number[]): void {
    this.#lost.push(...gfns);
    const came = this.calls.populatePhysmap(this.#lost);
    this.#pages.push(...this.#lost.splice(0, came));
  }

  /** Grants a page of its own; undefined: no entry of the table is free. */
  grant(to: number, gfn: number, readonly = false): number | undefined {
    const reference = this.#references.pop();
    if (reference === undefined) return undefined;
    const entry = this.#entry(reference);
    this.memory.write16(entry + 2, to);
    this.memory.write32(entry + 4, gfn);
    this.memory.write16(entry, GTF.permitAccess | (readonly ? GTF.readonly : 0));
    return reference;
  }

  /** False: the other domain has it mapped still; neither the entry nor the page may be used for something else. */
  endGrant(reference: number): boolean {
    const entry = this.#entry(reference);
    if ((this.memory.read16(entry) & (GTF.reading | GTF.writing)) !== 0) return false;
    this.memory.write16(entry, 0);
    this.#references.push(reference);
    return true;
  }

  /** An entry that takes a page from another domain, for a frame number at which there is none. */
  acceptTransfer(from: number, gfn: number): number | undefined {
    const reference = this.#references.pop();
    if (reference === undefined) return undefined;
    const entry = this.#entry(reference);
    this.memory.write16(entry + 2, from);
    this.memory.write32(entry + 4, gfn);
    this.memory.write16(entry, GTF.acceptTransfer);
    return reference;
  }

  /** The entry is free again; false: no page has come, and none will. */
  endTransfer(reference: number): boolean {
    const entry = this.#entry(reference);
    const flags = this.memory.read16(entry);
    this.memory.write16(entry, 0);
    this.#references.push(reference);
    return (flags & GTF.transferCompleted) !== 0;
  }

  /** Maps pages with one hypercall: all of them, or none and undefined. */
  map(domain: number, references: readonly number[], readonly: boolean): MappedPage[] | undefined {
    if (this.#holes.length < references.length) return undefined;
    const pages = this.mapEach(domain, references, readonly);
    const mapped = pages.filter((page) => page !== undefined);
    if (mapped.length === references.length) return mapped;
    this.unmap(mapped);
    return undefined;
  }

  /** The same, each for itself. There must be holes for all. */
  mapEach(domain: number, references: readonly number[], readonly: boolean): (MappedPage | undefined)[] {
    if (references.length === 0) return [];
    const flags = GNTMAP.hostMap | (readonly ? GNTMAP.readonly : 0);
    const operations = references.map((reference): MapGrantRef => {
      const hostAddress = (this.#holes.pop() as number) * PAGE;
      return { hostAddress, flags, reference, domain };
    });
    this.calls.mapGrants(operations);
    return operations.map(({ status, handle, hostAddress }) => {
      const gfn = hostAddress / PAGE;
      if (status === GNTST.okay) return { gfn, handle: handle as number };
      this.#holes.push(gfn);
      return undefined;
    });
  }

  unmap(pages: readonly MappedPage[]): void {
    if (pages.length === 0) return;
    this.calls.unmapGrants(pages.map(({ gfn, handle }) => ({ hostAddress: gfn * PAGE, handle })));
    for (const { gfn } of pages) this.#holes.push(gfn);
  }

  listen(port: number, handler: () => void): void {
    this.#handlers.set(port, handler);
  }

  close(port: number): void {
    this.#handlers.delete(port);
    this.calls.close(port);
  }

  #entry(reference: number): number {
    return (this.memory.own + 1) * PAGE + GRANT_ENTRY * reference;
  }

  /** evtchn_do_upcall: the selector is taken before the words that it names, so that nothing that comes meanwhile is lost. */
  #upcall(): void {
    const { memory } = this;
    const page = memory.own * PAGE;
    this.#hypervisor.ledger.pay("upcall");
    memory.write8(page + SHARED.upcallPending, 0);
    const selector = memory.read32(page + SHARED.selector);
    memory.write32(page + SHARED.selector, 0);
    for (let word = 0; word < CHANNELS / 32; word++) {
      if (((selector >>> word) & 1) === 0) continue;
      const at = page + SHARED.pending + 4 * word;
      const due = memory.read32(at) & ~memory.read32(page + SHARED.mask + 4 * word);
      memory.write32(at, memory.read32(at) & ~due);
      for (let bit = 0; bit < 32; bit++)
        if (((due >>> bit) & 1) !== 0) this.#handlers.get(32 * word + bit)?.();
    }
  }
}
