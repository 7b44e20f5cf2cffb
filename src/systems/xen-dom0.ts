/**
 * Xen with split drivers (Fraser et al., "Safe Hardware Access with the Xen Virtual Machine Monitor", OASIS 2004): the hypervisor has no
 * devices but timer and console. Domain 0 is a domain like the others, with the privilege to touch hardware; the guest, Domain 1, reaches a
 * disk or a network through rings in its own memory, which it grants.
 *
 *     Domain 1: the real guest ── front ends ══ rings, grants ══ back ends ── Domain 0, a kernel in TypeScript ── disk, network card
 *                   │ hypercalls                                    │ hypercalls              │ interrupts
 *     Xen ──────────┴──── grants · event channels · scheduler ──────┴─────────────────────────┘
 *
 * There is one processor, and who has something to do gets it at once when the hypervisor has been entered (a woken domain comes first, as
 * with Xen's credit scheduler). What Domain 0's kernel does in between is priced piece by piece; it enters the hypervisor as any guest.
 */
import type { Gpa } from "../machine/address.ts";
import type { CostProfile } from "../machine/cost.ts";
import type { Machine, MachineOptions } from "../machine/machine.ts";
import { XEN } from "../machine/profiles/monitors/xen.ts";
import { XEON } from "../machine/profiles/xeon.ts";
import { createVm, type Vm } from "../virt/cpu/engine.ts";
import type { Host } from "../virt/cpu/host.ts";
import { type Paravirt, paravirtWith } from "../virt/cpu/paravirt/index.ts";
import type { IoLedger } from "../virt/io/backend.ts";
import { MachineFrames } from "../virt/io/xen/frames.ts";
import { GRANT_ENTRY, GTF } from "../virt/io/xen/grant-table.ts";
import { Hypervisor } from "../virt/io/xen/hypervisor.ts";
import { Kernel } from "../virt/io/xen/kernel.ts";
import { Scheduler } from "../virt/io/xen/scheduler.ts";
import { StoreConnection } from "../virt/io/xen/store/connection.ts";
import { XenStore } from "../virt/io/xen/store/xenstore.ts";
import { DomainU } from "./io/xen/domain-u.ts";

export const GUEST = 1;
const PAGE = 4096;
/** Frames of the monitor's memory that other domains and grant tables are made of. */
const OTHERS = 1024;
const PAGES = 256;
const HOLES = 512;
/** Grants that the toolstack makes in a new domain's table (grant_table.h: GNTTAB_RESERVED_…). */
const RESERVED = { console: 0, xenstore: 1 } as const;

export interface XenDom0Options extends MachineOptions {
  readonly profile?: CostProfile;
  /** Interrupt lines of the hypervisor's own device models that the guest may bind: none unless given. */
  readonly lines?: readonly number[];
}

export class XenDom0 {
  readonly vm: Vm<Paravirt>;
  readonly hypervisor: Hypervisor;
  readonly scheduler: Scheduler;
  readonly store: XenStore;
  readonly domain0: Kernel;
  readonly #connection: StoreConnection;

  /** Loads the kernel from the first disk. Throws a RangeError when that has none for this interface. */
  constructor({ lines = [], ...options }: XenDom0Options) {
    let made: (Pick<XenDom0, "hypervisor" | "scheduler"> & { readonly guest: DomainU }) | undefined;
    this.vm = createVm({ profile: XEON, ...options, monitor: XEN }, (host) => {
      const ledger = asGuestsDo(host.ledger);
      const scheduler = new Scheduler(ledger);
      const hypervisor = new Hypervisor(framesOf(host), ledger);
      const guest = new DomainU(hypervisor, scheduler, GUEST);
      made = { hypervisor, scheduler, guest };
      return paravirtWith(guest)(host);
    });
    const { hypervisor, scheduler, guest } = made as NonNullable<typeof made>;
    this.hypervisor = hypervisor;
    this.scheduler = scheduler;
    // What a guest's connection has watched is xenstored's to tell.
    this.store = new XenStore((domain, work) => scheduler.later(domain === GUEST ? 0 : domain, work));
    this.domain0 = this.kernel(0, { privileged: true });
    guest.join(this.vm.engine, lines);
    this.#connection = this.#introduce();
    scheduler.run();
  }

  get machine(): Machine {
    return this.vm.machine;
  }

  get ledger(): IoLedger {
    return this.hypervisor.ledger;
  }

  /** The guest has said in its store page what no sound client says. */
  get storeBroken(): boolean {
    return this.#connection.broken;
  }

  /** Domain 0, or a driver domain with the interrupt lines of its devices. */
  kernel(id: number, rights: { readonly privileged?: boolean; readonly lines?: readonly number[] }): Kernel {
    return new Kernel(this.hypervisor, this.scheduler, id, { pages: PAGES, holes: HOLES, ...rights });
  }

  /** A device of `kernel`'s: what is given to the result is done when the device's interrupt has reached the domain. */
  interrupts(kernel: Kernel, line: number): (work: () => void) => void {
    const { hypervisor, vm, ledger } = this;
    const due: (() => void)[] = [];
    const port = kernel.calls.bindPirq(line);
    if (port < 0) throw new Error(`invariant: domain ${kernel.id} may not bind line ${line}: ${port}`);
    kernel.listen(port, () => {
      for (const work of due.splice(0)) work();
    });
    return (work) => {
      const owner = hypervisor.domains.get(kernel.id);
      if (owner === undefined) return;
      due.push(work);
      ledger.pay("device", line);
      hypervisor.events.interrupt(owner, "pirq", line);
      vm.engine.alert();
    };
  }

  /** The toolstack's part of a new domain: its store page is granted to Domain 0, and the ports are in its start info. */
  #introduce(): StoreConnection {
    const { domain0, vm, store } = this;
    const { store: storeFrame, console } = vm.engine.domain;
    this.#seed(RESERVED.console, console);
    this.#seed(RESERVED.xenstore, storeFrame);
    const ports = {
      console: domain0.calls.allocUnbound(GUEST, 0),
      store: domain0.calls.allocUnbound(GUEST, 0),
    };
    vm.engine.connect(ports);
    const parts = { store, kernel: domain0 };
    const connection = StoreConnection.introduce(parts, GUEST, RESERVED.xenstore, ports.store);
    if (connection === undefined) throw new Error("invariant: a new domain's store page is refused");
    return connection;
  }

  #seed(reference: number, frame: number): void {
    const { hypervisor, vm } = this;
    const guest = hypervisor.domains.get(GUEST);
    const table = guest && hypervisor.grants.setupTable(guest, GUEST, 1);
    if (table === undefined || typeof table === "number")
      throw new Error("invariant: a new domain has no grant table");
    const at = (table[0] as number) * PAGE + GRANT_ENTRY * reference;
    const { bus } = vm.host;
    bus.write((at + 2) as Gpa, 0, 2);
    bus.write((at + 4) as Gpa, frame, 4);
    bus.write(at as Gpa, GTF.permitAccess, 2);
  }
}

/** Frames next to each other, out of the monitor's own. */
function framesOf(host: Host): MachineFrames {
  const first = host.frame() / PAGE;
  for (let n = 1; n < OTHERS; n++)
    if (host.frame() !== (first + n) * PAGE) throw new Error("invariant: the monitor's frames have holes");
  return new MachineFrames(host.bus, first, first + OTHERS);
}

/** A hypercall of a kernel in TypeScript is a way into the hypervisor and out of it, as one of the real guest's. */
const asGuestsDo = (ledger: Host["ledger"]): IoLedger => ({
  pay(event, detail, times) {
    if (event === "hypercall") {
      ledger.pay("trap", detail);
      ledger.pay("dispatch");
      ledger.pay("resume");
    }
    ledger.pay(event, detail, times);
  },
});
