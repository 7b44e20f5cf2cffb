/** What split drivers stand on: a hypervisor, a scheduler for one processor, and a ledger that pays for both. */
import { Bus } from "../../machine/bus.ts";
import { Clock } from "../../machine/clock.ts";
import type { CostProfile, IoWork, MonitorPrices, MonitorWork } from "../../machine/cost.ts";
import { Ledger } from "../../machine/ledger.ts";
import { XEN } from "../../machine/profiles/monitors/xen.ts";
import { Trace } from "../../machine/trace.ts";
import type { IoLedger } from "../../virt/io/backend.ts";
import { DELIVERY, type EventPolicy } from "../../virt/io/xen/event-policy.ts";
import { MachineFrames } from "../../virt/io/xen/frames.ts";
import { type GrantPolicy, PINNING } from "../../virt/io/xen/grant-policy.ts";
import { Hypervisor } from "../../virt/io/xen/hypervisor.ts";
import { Kernel } from "../../virt/io/xen/kernel.ts";
import { BACK_END, type RingPolicy } from "../../virt/io/xen/ring-policy.ts";
import { Scheduler } from "../../virt/io/xen/scheduler.ts";

/** All that the hypervisor and the back end decide. */
export type SplitPolicy = GrantPolicy & EventPolicy & RingPolicy;
export const SPLIT: SplitPolicy = { ...PINNING, ...DELIVERY, ...BACK_END };

export interface WorldPlan {
  readonly profile: CostProfile;
  /** Xen's unless said. */
  readonly prices?: MonitorPrices;
  readonly policy?: SplitPolicy;
  /** Pages of each domain, and of others that it can have mapped. */
  readonly pages: number;
  /** A domain that stands for code of the hypervisor's own: nothing is paid for getting there or back, or for what it asks for. */
  readonly inside?: number;
  /** Told of all that is paid for, and what it came to. */
  readonly onPaid?: (event: IoWork | MonitorWork, detail: number, times: number, cycles: number) => void;
}

/** INT 82h, by which a paravirtual kernel of 32 bits calls. */
const HYPERCALL_VECTOR = 0x82;
const PAGE = 4096;
/** Pieces of work: far more than any plan has. */
const PATIENCE = 10_000;

export class SplitWorld {
  readonly clock = new Clock();
  readonly trace = new Trace(this.clock);
  readonly ledger: IoLedger;
  readonly scheduler: Scheduler;
  readonly policy: SplitPolicy;
  readonly #hypervisor: Hypervisor;
  readonly #pages: number;
  readonly #prices: Ledger;

  constructor({ profile, prices = XEN, policy = SPLIT, pages, inside, onPaid = () => {} }: WorldPlan) {
    const ledger = new Ledger({ clock: this.clock, trace: this.trace, profile, monitor: prices });
    this.#prices = ledger;
    this.ledger = {
      pay: (event, detail = 0, times = 1) => {
        const crossing = event === "hypercall" || event === "upcall";
        const within = crossing && this.scheduler.running === inside;
        if (inside !== undefined && (event === "domainSwitch" || within)) return;
        const before = this.clock.now;
        if (event === "hypercall") ledger.pay("trap", HYPERCALL_VECTOR);
        ledger.pay(event, detail, times);
        if (event === "hypercall") ledger.pay("resume");
        onPaid(event, detail, times, this.clock.now - before);
      },
    };
    this.policy = policy;
    const frames = new MachineFrames(new Bus(4 * pages * PAGE));
    this.#hypervisor = new Hypervisor(frames, this.ledger, this.policy);
    this.scheduler = new Scheduler(this.ledger);
    this.#pages = pages;
  }

  kernel(id: number): Kernel {
    const options = { pages: this.#pages, holes: this.#pages, privileged: id === 0 };
    return new Kernel(this.#hypervisor, this.scheduler, id, options);
  }

  /** The processor takes an interrupt of the hardware, and goes back to what it did; whatever comes of it is not paid by that. */
  takeInterrupt(line: number): void {
    this.#prices.pay("interruptTrap", line);
    this.#prices.pay("resume");
  }

  /** An interrupt of the hardware, for the domain that has bound it. */
  interrupt(id: number, line: number): void {
    const domain = this.#hypervisor.domains.get(id);
    if (domain) this.#hypervisor.events.interrupt(domain, "pirq", line);
  }

  /** Until `done`, or nobody has anything to do and no device will answer; whoever always has something to do is not waited for. */
  run(done: () => boolean = () => false): void {
    for (let most = PATIENCE; most > 0 && !done(); most--) {
      const worked = this.scheduler.run(1) > 0;
      if (worked) this.clock.advance();
      else if (this.clock.next < Number.POSITIVE_INFINITY) this.clock.pass(this.clock.next - this.clock.now);
      else return;
    }
  }
}
