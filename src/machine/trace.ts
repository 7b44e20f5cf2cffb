/**
 * What happened, counted. Costs come from cost.ts, counts from here; the hash folds every counted event with its cycle,
 * so that two runs are the same run if and only if (up to 2⁻³²) their hashes are equal.
 */
import type { Clock } from "./clock.ts";
import type { StateReader, StateWriter } from "./state.ts";

/** The events. A plot or a student asks for them by these names. */
export const EVENTS = [
  "exception",
  "pageFault",
  "interrupt",
  "softwareInterrupt",
  "syscall",
  "iret",
  "taskSwitch",
  "portIn",
  "portOut",
  "mmio",
  "hlt",
  "crWrite",
  "cr3Write",
  "invlpg",
  "segmentLoad",
  "msr",
  "marker",
  "itlbMiss",
  "dtlbMiss",
  "stlbHit",
  "walk",
  "walkReference",
  "tlbFlush",
  // Of monitors (ledger.ts).
  "trap",
  "interruptTrap",
  "resume",
  "vmExit",
  "vmEntry",
  "vmRead",
  "vmWrite",
  "dispatch",
  "decode",
  "emulate",
  "interpret",
  "inject",
  "guestWalk",
  "shadowFill",
  "shadowDrop",
  "tracedWrite",
  "addressSpace",
  "callout",
  "translate",
  "lookup",
  "userEntry",
  "hypercall",
  "validate",
  "upcall",
  "device",
  "worldSwitch",
  "hostCall",
  // Of pagers: page faults that are the monitor's own affair, and those that the guest sees. They cost what they are made of.
  "hiddenFault",
  "trueFault",
  // Of walkReference: those in the second dimension (mmu/nested.ts).
  "nestedReference",
  // Walks, in either dimension, that a paging-structure cache let begin below the root, and nested walks that the nested TLB spared.
  "structureHit",
  "nestedTlbHit",
  // Of virtual I/O (ledger.ts).
  "kick",
  "request",
  "copyLine",
  "packet",
  "grantMap",
  "grantUnmap",
  "grantCopy",
  "eventSend",
  "domainSwitch",
  "ioMap",
  "ioUnmap",
  "iotlbFlush",
  "interruptPost",
  "grantTransfer",
  "checksumLine",
  "stackOut",
  "stackIn",
  // Of full-system translation (ledger.ts).
  "helper",
] as const;
export type EventName = (typeof EVENTS)[number];

/** An event's number, for the hot path. */
export const EVENT = Object.fromEntries(EVENTS.map((name, number) => [name, number])) as Record<
  EventName,
  number
>;

export class Trace {
  readonly counts = new Float64Array(EVENTS.length);
  #hash = 0x811c9dc5 | 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one event; `detail` (a vector, a port, a value) goes into the hash. */
  event(number: number, detail: number): void {
    this.counts[number] = (this.counts[number] as number) + 1;
    let hash = Math.imul(this.#hash ^ number, 0x01000193);
    hash = Math.imul(hash ^ detail, 0x01000193);
    hash = Math.imul(hash ^ this.#clock.nowLow, 0x01000193);
    this.#hash = hash ^ (hash >>> 15);
  }

  /** Counts what is too frequent to be hashed one by one; the hash sees its cost in the cycles of the events after it. */
  tally(number: number, by: number): void {
    this.counts[number] = (this.counts[number] as number) + by;
  }

  count(name: EventName): number {
    return this.counts[EVENT[name]] as number;
  }

  /** Eight hex digits. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  save(out: StateWriter): void {
    out.section("trace");
    out.array(this.counts);
    out.int(this.#hash);
  }

  load(from: StateReader): void {
    from.section("trace");
    from.array(this.counts);
    this.#hash = from.int();
  }
}
