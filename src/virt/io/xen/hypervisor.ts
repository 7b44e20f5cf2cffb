/**
 * The hypervisor between domains: who exists, and what each may ask for. A domain's kernel has a Hypercalls and its own memory, nothing
 * else; Domain 0's drivers as well.
 */
import { FREE, type IoLedger } from "../backend.ts";
import { DOMID_XEN, EINVAL, EPERM, MAPSPACE, PAGE } from "./abi/numbers.ts";
import type { AddressSpace } from "./address-space.ts";
import type { Domain } from "./domain.ts";
import { EventChannels } from "./event-channels.ts";
import { DELIVERY, type EventPolicy } from "./event-policy.ts";
import type { MachineFrames } from "./frames.ts";
import { type GrantPolicy, PINNING } from "./grant-policy.ts";
import type { GrantTransfer } from "./grant-transfer.ts";
import { type GrantCopy, Grants, type MapGrantRef, type UnmapGrantRef } from "./grants.ts";
import { Physmap } from "./physmap.ts";
import { SharedInfo } from "./shared-info.ts";

export interface DomainOptions {
  readonly privileged?: boolean;
  readonly lines?: readonly number[];
  readonly memory: AddressSpace;
  /** Where its shared page is already; a frame of the hypervisor's otherwise. */
  readonly sharedFrame?: number;
}

export class Hypervisor {
  readonly frames: MachineFrames;
  readonly grants: Grants;
  readonly events: EventChannels;
  readonly ledger: IoLedger;
  readonly domains = new Map<number, Domain>();

  readonly #policy: EventPolicy;

  /** `policy`: somebody else's decisions in place of the library's. */
  constructor(
    frames: MachineFrames,
    ledger: IoLedger = FREE,
    policy: GrantPolicy & EventPolicy = { ...PINNING, ...DELIVERY },
  ) {
    this.frames = frames;
    this.ledger = ledger;
    this.#policy = policy;
    const domain = (id: number) => this.domains.get(id);
    this.grants = new Grants({ frames, ledger, domain, policy });
    this.events = new EventChannels({ ledger, domain });
  }

  /** Throws a RangeError when the number is taken, or the machine is full. */
  create(id: number, { privileged = false, lines = [], memory, sharedFrame: given }: DomainOptions): Domain {
    this.#mustBeFree(id);
    const sharedFrame = given ?? this.frames.allocate(DOMID_XEN);
    if (sharedFrame === undefined)
      throw new RangeError("no machine frame is free for a domain's shared page");
    const shared = new SharedInfo(this.frames.bus, sharedFrame * PAGE, this.#policy);
    const domain: Domain = { id, privileged, lines, memory, sharedFrame, shared, onUpcall: () => {} };
    this.domains.set(id, domain);
    this.grants.create(domain);
    this.events.create(domain);
    return domain;
  }

  /** A domain with `pages` of its own and a Physmap. */
  createTranslated(
    id: number,
    pages: number,
    holes: number,
    rights: Pick<DomainOptions, "privileged" | "lines"> = {},
  ): TranslatedDomain {
    this.#mustBeFree(id);
    const memory = new Physmap(this.frames, id, pages, holes);
    const domain = this.create(id, { ...rights, memory });
    return { domain, memory, calls: new Hypercalls(this, domain, memory) };
  }

  #mustBeFree(id: number): void {
    if (this.domains.has(id) || this.grants.isKnown(id))
      throw new RangeError(
        `domain ${id} exists, or somebody still has pages of its mapped: take another number`,
      );
  }

  /** Its pages that others have mapped stay out of use until they are unmapped. */
  destroy(domain: Domain): void {
    this.events.destroy(domain);
    this.domains.delete(domain.id);
    this.grants.destroy(domain);
    if (domain.memory instanceof Physmap) domain.memory.clear();
    if (this.frames.owner(domain.sharedFrame) === DOMID_XEN) this.frames.release(domain.sharedFrame);
  }
}

export interface TranslatedDomain {
  readonly domain: Domain;
  readonly memory: Physmap;
  readonly calls: Hypercalls;
}

/** What the kernel of a translated domain can ask for: each call pays its way into the hypervisor. */
export class Hypercalls {
  readonly #hypervisor: Hypervisor;
  readonly #domain: Domain;
  readonly #memory: Physmap;

  constructor(hypervisor: Hypervisor, domain: Domain, memory: Physmap) {
    this.#hypervisor = hypervisor;
    this.#domain = domain;
    this.#memory = memory;
  }

  mapGrants(operations: readonly MapGrantRef[]): number {
    return this.#enter().grants.map(this.#domain, operations);
  }

  unmapGrants(operations: readonly UnmapGrantRef[]): number {
    return this.#enter().grants.unmap(this.#domain, operations);
  }

  copyGrants(operations: readonly GrantCopy[]): number {
    return this.#enter().grants.copy(this.#domain, operations);
  }

  transferGrants(operations: readonly GrantTransfer[]): number {
    return this.#enter().grants.transfer(this.#domain, operations);
  }

  /** XENMEM_decrease_reservation: pages that the domain gives back; the number of them that it could. */
  decreaseReservation(gfns: readonly number[]): number {
    this.#enter();
    return gfns.filter((gfn) => this.#memory.giveBack(gfn)).length;
  }

  /** XENMEM_populate_physmap: pages for holes; stops at the first that it cannot fill. */
  populatePhysmap(gfns: readonly number[]): number {
    this.#enter();
    const stopped = gfns.findIndex((gfn) => !this.#memory.populate(gfn));
    return stopped < 0 ? gfns.length : stopped;
  }

  allocUnbound(domain: number, remote: number): number {
    return this.#enter().events.allocUnbound(this.#domain, domain, remote);
  }

  bindInterdomain(remote: number, port: number): number {
    return this.#enter().events.bindInterdomain(this.#domain, remote, port);
  }

  bindVirq(virq: number): number {
    return this.#enter().events.bindVirq(this.#domain, virq);
  }

  bindPirq(line: number): number {
    return this.#enter().events.bindPirq(this.#domain, line);
  }

  close(port: number): number {
    return this.#enter().events.close(this.#domain, port);
  }

  send(port: number): number {
    return this.#enter().events.send(this.#domain, port);
  }

  unmask(port: number): number {
    return this.#enter().events.unmask(this.#domain, port);
  }

  /** XENMEM_add_to_physmap: the shared page, or page `index` of the grant table, at frame number `gfn`. */
  addToPhysmap(space: number, index: number, gfn: number): number {
    const { grants } = this.#enter();
    if (space === MAPSPACE.sharedInfo) return this.#memory.share(gfn, this.#domain.sharedFrame) ? 0 : EINVAL;
    if (space !== MAPSPACE.grantTable) return EPERM;
    const pages = grants.setupTable(this.#domain, this.#domain.id, index + 1);
    if (typeof pages === "number") return pages;
    return this.#memory.share(gfn, pages[index] as number) ? 0 : EINVAL;
  }

  #enter(): Hypervisor {
    this.#hypervisor.ledger.pay("hypercall");
    return this.#hypervisor;
  }
}
