/**
 * The page that a domain and the hypervisor share, as a 32-bit guest has it (xen.h, arch-x86/xen-x86_32.h): 1024 event channels.
 *
 *     0     vcpu_info of processor 0: evtchn_upcall_pending, evtchn_upcall_mask, –, –, evtchn_pending_sel, …
 *     2048  evtchn_pending     32 words, a bit a channel
 *     2176  evtchn_mask        32 words
 *
 * Delivery has three levels: the channel's bit, the bit of its word in the selector, the upcall. Each is set only when the one before was not,
 * and a masked channel stops at the first.
 */
import type { Gpa } from "../../../machine/address.ts";
import type { Bus } from "../../../machine/bus.ts";
import { DELIVERY, type EventField, type EventPolicy, type EventWords } from "./event-policy.ts";

export const CHANNELS = 1024;
export const SHARED = { upcallPending: 0, upcallMask: 1, selector: 4, pending: 2048, mask: 2176 } as const;
/** struct vcpu_info, which register_vcpu_info moves elsewhere. */
const VCPU_INFO_BYTES = 64;

export class SharedInfo {
  readonly #bus: Bus;
  /** Machine addresses of the page, and of vcpu_info. */
  readonly #page: number;
  #info: number;
  readonly #policy: EventPolicy;
  readonly #words: EventWords = {
    read: (field, word) => this.#bus.read(this.#at(field, word), field === "upcall" ? 1 : 4),
    write: (field, word, value) => this.#bus.write(this.#at(field, word), value, field === "upcall" ? 1 : 4),
  };

  constructor(bus: Bus, page: number, policy: EventPolicy = DELIVERY) {
    this.#bus = bus;
    this.#page = page;
    this.#info = page;
    this.#policy = policy;
  }

  /** vcpu_info has another place from now on (VCPUOP_register_vcpu_info). */
  move(to: number): void {
    this.#bus.dmaWrite(to as Gpa, this.#bus.dmaRead(this.#info as Gpa, VCPU_INFO_BYTES));
    this.#info = to;
  }

  get upcallPending(): boolean {
    return this.#bus.read((this.#info + SHARED.upcallPending) as Gpa, 1) !== 0;
  }

  get upcallMask(): boolean {
    return this.#bus.read((this.#info + SHARED.upcallMask) as Gpa, 1) !== 0;
  }

  set upcallMask(on: boolean) {
    this.#bus.write((this.#info + SHARED.upcallMask) as Gpa, on ? 1 : 0, 1);
  }

  isPending(port: number): boolean {
    return this.#bit(SHARED.pending, port);
  }

  isMasked(port: number): boolean {
    return this.#bit(SHARED.mask, port);
  }

  /** True: an upcall has become pending. False: it was, or the channel is masked, or had an event already. */
  raise(port: number): boolean {
    return this.#policy.deliver(port, "sent", this.#words);
  }

  /** True: an event had come while the channel was masked, and an upcall has become pending for it. */
  unmask(port: number): boolean {
    return this.#policy.deliver(port, "unmasked", this.#words);
  }

  /** A channel that is closed: nothing waits on it. */
  clear(port: number): void {
    const at = this.#word(SHARED.pending, port);
    this.#bus.write(at, this.#bus.read(at, 4) & ~(1 << (port & 31)), 4);
  }

  #at(field: EventField, word: number): Gpa {
    if (field === "selector" || field === "upcall")
      return (this.#info + (field === "upcall" ? SHARED.upcallPending : SHARED.selector)) as Gpa;
    return (this.#page + SHARED[field] + 4 * word) as Gpa;
  }

  #bit(array: number, port: number): boolean {
    return ((this.#bus.read(this.#word(array, port), 4) >>> (port & 31)) & 1) !== 0;
  }

  #word(array: number, port: number): Gpa {
    return (this.#page + array + 4 * (port >>> 5)) as Gpa;
  }
}
