/**
 * What a monitor costs: each thing that it does is counted under its name (trace.ts) and charged its price (cost.ts), in one
 * place, so that no engine charges anything else.
 */
import type { Clock } from "./clock.ts";
import { type CostProfile, MONITOR_WORK, type MonitorPrices, type MonitorWork } from "./cost.ts";
import { EVENT, EVENTS, type Trace } from "./trace.ts";

/** Ways between guest and monitor, at the processor's prices. */
const TRANSITIONS = ["trap", "interruptTrap", "resume", "vmExit", "vmEntry", "vmRead", "vmWrite"] as const;
export type Transition = (typeof TRANSITIONS)[number];

/** The first three: an exception or INT n to ring 0, an external interrupt to ring 0, and IRET from there. */
function transitionPrices(profile: CostProfile): Record<Transition, number | undefined> {
  const { exception, externalInterrupt, ringChange, instructions, instruction, vmx } = profile;
  return {
    trap: exception + ringChange,
    interruptTrap: externalInterrupt + ringChange,
    resume: (instructions.iret ?? instruction) + ringChange,
    vmExit: vmx?.exit,
    vmEntry: vmx?.entry,
    vmRead: vmx?.read,
    vmWrite: vmx?.write,
  };
}

export class Ledger {
  readonly #clock: Clock;
  readonly #trace: Trace;
  readonly #profile: CostProfile;
  readonly #prices = new Float64Array(EVENTS.length).fill(Number.NaN);

  constructor(parts: { clock: Clock; trace: Trace; profile: CostProfile; monitor: MonitorPrices }) {
    this.#clock = parts.clock;
    this.#trace = parts.trace;
    this.#profile = parts.profile;
    const transitions = transitionPrices(parts.profile);
    for (const name of TRANSITIONS) this.#prices[EVENT[name]] = transitions[name] ?? Number.NaN;
    for (const name of MONITOR_WORK) this.#prices[EVENT[name]] = parts.monitor.work[name];
  }

  /** `detail` (a vector, an exit reason) goes into the trace's hash. Throws when the processor has no such transition. */
  pay(event: Transition | MonitorWork, detail = 0, times = 1): void {
    const number = EVENT[event];
    const price = this.#prices[number] as number;
    if (Number.isNaN(price))
      throw new Error(`invariant: "${event}" was paid for on a processor that has no price for it`);
    if (times !== 1) this.#trace.tally(number, times - 1);
    this.#clock.charge(price * times);
    this.#trace.event(number, detail);
  }

  /** An instruction of the processor's that a monitor's code executes in the stead of the guest's own of that name. */
  instruction(mnemonic: string): void {
    const { instructions, instruction } = this.#profile;
    this.#clock.charge(instructions[mnemonic] ?? instruction);
  }

  /** Counts what has no price of its own: its parts are paid for. */
  note(event: "hiddenFault" | "trueFault"): void {
    this.#trace.tally(EVENT[event], 1);
  }
}
