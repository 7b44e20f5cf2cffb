/**
 * VM/370 in outline, on the formal machine: a control program (CP) that gives each user a System/370 of his own and time on the real
 * one in turn (Creasy, "The Origin of the VM/370 Time-Sharing System", IBM J. Res. Develop. 25(5), 1981; the VMM is that of Popek and
 * Goldberg's Theorem 1, of which CP-67 was the model).
 *
 *     user A's machine │ user B's machine │ …            in user state, whatever they believe
 *     ─────────────────┴──────────────────┴───
 *     CP: dispatcher, allocator, simulation of privileged instructions
 *     ────────────────────────────────────────
 *     System/370: everything sensitive is privileged
 */
import { directFraction, Processor, s360, type VirtualMachine, Vmm } from "../formal/index.ts";

export interface Vm370Options {
  /** Words of real storage. */
  readonly storage: number;
  /** Instructions that a user runs before the next one's turn. */
  readonly slice: number;
}

/** What CP's INDICATE command would tell. */
export interface Indication {
  readonly user: string;
  /** Instructions, with the simulated ones. */
  readonly steps: number;
  /** Share of them that the real machine ran without CP. */
  readonly direct: number;
  /** Simulated by CP: privileged instructions of the user's own system. */
  readonly simulated: number;
  /** Interruptions that CP handed to the user's system. */
  readonly reflected: number;
}

interface User {
  readonly name: string;
  readonly machine: VirtualMachine;
  steps: number;
}

const RADIX = 256;

export class Vm370 {
  /** The real machine, for whoever wants to see that CP owns it. */
  readonly real: Processor;
  readonly #cp: Vmm;
  readonly #slice: number;
  readonly #users: User[] = [];
  #next = 0;

  /** @throws RangeError for a slice of less than one instruction, or storage that no machine can have. */
  constructor({ storage, slice }: Vm370Options) {
    if (!Number.isInteger(slice) || slice < 1)
      throw new RangeError(`a time slice of ${slice} instructions: give 1 or more`);
    this.real = new Processor(s360, { storage, radix: RADIX });
    this.#cp = new Vmm(this.real);
    this.#slice = slice;
  }

  /** LOGON: a virtual machine of `words` words for a user. @throws RangeError when they are not left, or the user is logged on. */
  logOn(name: string, words: number): VirtualMachine {
    if (this.#users.some((one) => one.name === name)) throw new RangeError(`${name} is logged on already`);
    const machine = this.#cp.create(words);
    this.#users.push({ name, machine, steps: 0 });
    return machine;
  }

  /** Runs `slices` time slices, users in turn. A trap that a user's own system gets does not end his slice. */
  run(slices: number): void {
    for (let slice = 0; slice < slices && this.#users.length > 0; slice++) {
      const user = this.#users[this.#next] as User;
      this.#next = (this.#next + 1) % this.#users.length;
      for (let left = this.#slice; left > 0; ) {
        const { steps } = user.machine.run(left);
        user.steps += steps;
        left -= steps;
      }
    }
  }

  /** INDICATE, a line for each user. */
  indicate(): readonly Indication[] {
    return this.#users.map(({ name, machine, steps }) => ({
      user: name,
      steps,
      direct: directFraction(machine.counts),
      simulated: machine.counts.interpreted,
      reflected: machine.counts.reflected,
    }));
  }
}
