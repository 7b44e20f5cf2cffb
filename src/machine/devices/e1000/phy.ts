/**
 * The PHY behind MDIC (8.4, 13.4.6): the 16 registers of IEEE 802.3 clause 22 and Marvell's own of the 88E1000. Its link is a cable that is
 * in: negotiation ends at once, with what the controller was made for.
 *
 *     MDIC   15 … 0 data │ 20 … 16 register │ 25 … 21 PHY │ 27 … 26 1 write, 2 read │ 28 ready │ 29 interrupt │ 30 error
 */
import type { Stateful, StateReader, StateWriter } from "../../state.ts";

const ADDRESS = 1;
export const MDIC_READY = 1 << 28;
export const MDIC_INTERRUPT = 1 << 29;
const ERROR = 1 << 30;
const CONTROL = 0;
const STATUS = 1;
const SPECIFIC_STATUS = 17;
/** Reset, restart negotiation: they clear themselves. */
const TRANSIENT = 0x8200;
const LINK = 4;
/** Register 17: speed and duplex are resolved, and so is the link. */
const SPEED = { 10: 0, 100: 0x4000, 1000: 0x8000 } as const;
const RESOLVED = 0x2800;
const REAL_TIME_LINK = 0x400;

export type Megabits = keyof typeof SPEED;

/** Clause 22: full duplex and negotiation, all speeds; the OUI of Marvell; own and partner's abilities. 16 on: the 88E1000's. */
const INITIAL: readonly (readonly [register: number, value: number, writable: number])[] = [
  [CONTROL, 0x1140, 0x7f40],
  [STATUS, 0x796d, 0],
  [2, 0x0141, 0],
  [3, 0x0c20, 0],
  [4, 0x0de1, 0xffff],
  [5, 0x45e1, 0],
  [6, 0x0001, 0],
  [7, 0x2001, 0xffff],
  [9, 0x0e00, 0xffff],
  [10, 0x3c00, 0],
  [15, 0x3000, 0],
  [16, 0x0068, 0xffff],
  [18, 0, 0xffff],
  [20, 0x0d60, 0xffff],
];

export class Phy implements Stateful {
  readonly #registers = new Uint16Array(32);
  readonly #megabits: Megabits;

  constructor(megabits: Megabits) {
    this.#megabits = megabits;
    this.reset();
  }

  reset(): void {
    this.#registers.fill(0);
    for (const [register, value] of INITIAL) this.#registers[register] = value;
    this.#registers[SPECIFIC_STATUS] = SPEED[this.#megabits] | RESOLVED | REAL_TIME_LINK;
  }

  setLink(up: boolean): void {
    const set = (register: number, bit: number) => {
      const value = this.#registers[register] as number;
      this.#registers[register] = up ? value | bit : value & ~bit;
    };
    set(STATUS, LINK);
    set(SPECIFIC_STATUS, REAL_TIME_LINK);
  }

  /** What MDIC holds after a command was written to it. */
  command(value: number): number {
    const register = (value >>> 16) & 31;
    const base = (value & ~0xffff) | MDIC_READY;
    if (((value >>> 21) & 31) !== ADDRESS) return base | 0xffff | ERROR;
    const operation = (value >>> 26) & 3;
    if (operation === 2) return base | (this.#registers[register] as number);
    if (operation === 1) this.#write(register, value & 0xffff);
    return base | (value & 0xffff);
  }

  #write(register: number, value: number): void {
    if (register === CONTROL && value & TRANSIENT & 0x8000) {
      const link = (this.#registers[STATUS] as number) & LINK;
      this.reset();
      if (!link) this.setLink(false);
      return;
    }
    const mask = INITIAL.find(([at]) => at === register)?.[2] ?? 0;
    const before = this.#registers[register] as number;
    this.#registers[register] = (before & ~mask) | (value & mask & (register === CONTROL ? ~TRANSIENT : -1));
  }

  save(out: StateWriter): void {
    out.array(this.#registers);
  }

  load(from: StateReader): void {
    from.array(this.#registers);
  }
}
