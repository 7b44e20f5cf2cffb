/**
 * A guest that the paravirtual engine executes, as one domain among others: what the engine asks of its neighbours goes to the hypervisor, and
 * what the hypervisor asks of a domain's memory to the engine's page tables.
 *
 *     engine ── grants, channels ──▶ Hypervisor          Hypervisor ── frame, take, drop ──▶ the engine's typed frames
 *                                                                    └─ upcall pending ────▶ the engine
 */
import type {
  Channels,
  Grants as GrantCallees,
  Neighbours,
  Paravirt,
} from "../../../virt/cpu/paravirt/index.ts";
import { GNTMAP, GNTST, type GrantStatus } from "../../../virt/io/xen/abi/numbers.ts";
import type { AddressSpace } from "../../../virt/io/xen/address-space.ts";
import type { Domain } from "../../../virt/io/xen/domain.ts";
import type { MapGrantRef } from "../../../virt/io/xen/grants.ts";
import type { Hypervisor } from "../../../virt/io/xen/hypervisor.ts";
import type { Scheduler } from "../../../virt/io/xen/scheduler.ts";

/** A PV guest names its pages by their machine frames. */
class DirectSpace implements AddressSpace {
  readonly #engine: Paravirt;
  /** Frame of the grant that was mapped last: the engine itself puts it into the tables. */
  mapped = 0;

  constructor(engine: Paravirt) {
    this.#engine = engine;
  }

  frame(number: number): number | undefined {
    return this.#engine.frames.owns(number) ? number : undefined;
  }

  map(_address: number, frame: number): GrantStatus {
    this.mapped = frame;
    return GNTST.okay;
  }

  unmap(): GrantStatus {
    return GNTST.okay;
  }

  /** A page that others write cannot become a table meanwhile; who only reads it may read a table. */
  take(frame: number, writable: boolean): boolean {
    return !writable || this.#engine.frames.take(frame, "writable");
  }

  drop(frame: number, writable: boolean): void {
    if (writable) this.#engine.frames.drop(frame);
  }

  /** Its frames are its own for good. */
  steal(): undefined {
    return undefined;
  }

  accept(): boolean {
    return false;
  }
}

export class DomainU implements Neighbours {
  readonly id: number;
  readonly #hypervisor: Hypervisor;
  readonly #scheduler: Scheduler;
  #joined: { readonly engine: Paravirt; readonly domain: Domain; readonly space: DirectSpace } | undefined;
  readonly grants: GrantCallees;
  readonly channels: Channels;

  constructor(hypervisor: Hypervisor, scheduler: Scheduler, id: number) {
    this.id = id;
    this.#hypervisor = hypervisor;
    this.#scheduler = scheduler;
    this.grants = this.#grants(hypervisor);
    this.channels = this.#channels(hypervisor);
  }

  /** The engine has been made, and its guest has not run yet. */
  join(engine: Paravirt, lines: readonly number[]): Domain {
    const space = new DirectSpace(engine);
    const domain = this.#hypervisor.create(this.id, {
      memory: space,
      lines,
      sharedFrame: engine.domain.sharedInfo,
    });
    domain.onUpcall = () => engine.alert();
    this.#joined = { engine, domain, space };
    return domain;
  }

  run(): void {
    this.#scheduler.run();
  }

  resume(): void {
    if (this.#scheduler.enter(this.id)) this.#known.engine.reload();
  }

  get #known() {
    if (this.#joined === undefined) throw new Error(`invariant: domain ${this.id} runs before it has joined`);
    return this.#joined;
  }

  #grants({ grants }: Hypervisor): GrantCallees {
    return {
      mapGrant: (granter, reference, readOnly) => {
        // Its own pages have their place in its tables already.
        if (granter === this.id) return GNTST.badDomain;
        const { domain, space } = this.#known;
        const flags = GNTMAP.hostMap | (readOnly ? GNTMAP.readonly : 0);
        const operation: MapGrantRef = { hostAddress: 0, flags, reference, domain: granter };
        grants.map(domain, [operation]);
        const { status, handle } = operation;
        return handle === undefined ? (status ?? GNTST.generalError) : { frame: space.mapped, handle };
      },
      unmapGrant: (handle) => {
        grants.unmap(this.#known.domain, [{ hostAddress: 0, handle }]);
      },
      copyGrant: (source, destination, length, flags) => {
        const operation = { source, destination, length, flags, status: GNTST.generalError };
        grants.copy(this.#known.domain, [operation]);
        return operation.status;
      },
      setupTable: (pages) => {
        const frames = grants.setupTable(this.#known.domain, this.id, pages);
        return typeof frames === "number" ? GNTST.generalError : frames;
      },
      querySize: () => grants.querySize(this.#known.domain),
    };
  }

  #channels({ events }: Hypervisor): Channels {
    return {
      bindLine: (line) => events.bindPirq(this.#known.domain, line),
      bindVirq: (virq) => events.bindVirq(this.#known.domain, virq),
      allocUnbound: (owner, remote) => events.allocUnbound(this.#known.domain, owner, remote),
      bindInterdomain: (remote, port) => events.bindInterdomain(this.#known.domain, remote, port),
      send: (port) => events.send(this.#known.domain, port),
      close: (port) => events.close(this.#known.domain, port),
      unmask: (port) => events.unmask(this.#known.domain, port),
      status: (owner, port) => {
        const found = events.status(this.#known.domain, owner, port);
        if (typeof found === "number") return found;
        const { status, domain, port: other, line } = found;
        return { status, words: [domain ?? line, other].filter((word) => word !== undefined) };
      },
      interrupt: (line) => {
        events.interrupt(this.#known.domain, "pirq", line);
      },
      moved: (to) => this.#known.domain.shared.move(to),
    };
  }
}
