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

export const CHANNELS = 1024;
export const SHARED = { upcallPending: 0, upcallMask: 1, selector: 4, pending: 2048, mask: 2176 } as const;
/** struct vcpu_info, which register_vcpu_info moves elsewhere. */
const VCPU_INFO_BYTES = 64;

export class SharedInfo {
  readonly #bus: Bus;
  /** Machine addresses of the page, and of vcpu_info. */
  readonly #page: number;
  #info: number;

  constructor(bus: Bus, page: number) {
    this.#bus = bus;
    this.#page = page;
    this.#info = page;
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
    if (this.isPending(port)) return false;
    this.#set(SHARED.pending, port, true);
    return this.#select(port);
  }

  /** True: an event had come while the channel was masked, and an upcall has become pending for it. */
  unmask(port: number): boolean {
    if (!this.isMasked(port)) return false;
    this.#set(SHARED.mask, port, false);
    return this.isPending(port) && this.#select(port);
  }

  /** A channel that is closed: nothing waits on it. */
  clear(port: number): void {
    this.#set(SHARED.pending, port, false);
  }

  #select(port: number): boolean {
    if (this.isMasked(port)) return false;
    const at = (this.#info + SHARED.selector) as Gpa;
    const selector = this.#bus.read(at, 4);
    const bit = 1 << (port >>> 5);
    if ((selector & bit) !== 0) return false;
    this.#bus.write(at, selector | bit, 4);
    if (this.upcallPending) return false;
    this.#bus.write((this.#info + SHARED.upcallPending) as Gpa, 1, 1);
    return true;
  }

  #bit(array: number, port: number): boolean {
    return ((this.#bus.read(this.#word(array, port), 4) >>> (port & 31)) & 1) !== 0;
  }

  #set(array: number, port: number, on: boolean): void {
    const at = this.#word(array, port);
    const bit = 1 << (port & 31);
    const word = this.#bus.read(at, 4);
    this.#bus.write(at, on ? word | bit : word & ~bit, 4);
  }

  #word(array: number, port: number): Gpa {
    return (this.#page + array + 4 * (port >>> 5)) as Gpa;
  }
}
