/**
 * Breakpoints of a debugger outside of the machine, which the guest neither sees nor pays for. What may stand on one is decoded
 * with a guard around its handler and is never in the middle of a run, so code elsewhere runs as fast as without.
 */
import type { Gva } from "../address.ts";
import type { Cpu } from "./cpu.ts";
import { BREAK, raise } from "./fault.ts";
import type { Handler, Op } from "./op.ts";

const IN_PAGE = 4095;
const TWO32 = 4294967296;

export class Breakpoints {
  /** Instructions on a breakpoint do not run. */
  armed = false;
  readonly #cpu: Cpu;
  #addresses: ReadonlySet<number> = new Set();
  /** Decoded code is shared by all linear pages that show it, so what is decoded goes by the place in the page. */
  #inPage: ReadonlySet<number> = new Set();

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
  }

  /** Returns whether code must be decoded anew. */
  set(addresses: ReadonlySet<number>): boolean {
    if (sameSet(addresses, this.#addresses)) return false;
    this.#addresses = new Set(addresses);
    this.#inPage = new Set([...addresses].map((at) => at & IN_PAGE));
    return true;
  }

  /** Of an instruction that is being decoded. */
  mayBeAt(ip: number): boolean {
    return this.#inPage.size > 0 && this.#inPage.has(this.#linear(ip) & IN_PAGE);
  }

  /** Linear address of CS:ip. */
  get here(): Gva {
    return this.#linear(this.#cpu.ip);
  }

  /** CS:ip stands on a breakpoint. */
  get met(): boolean {
    return this.armed && this.#addresses.has(this.here);
  }

  guard(op: Op): void {
    const run: Handler = op.run;
    op.run = (cpu, same) => {
      if (this.armed && this.#addresses.has(this.#linear((cpu.ip - same.length) | 0))) raise(BREAK);
      run(cpu, same);
    };
  }

  #linear(ip: number): Gva {
    const cpu = this.#cpu;
    if (cpu.wide) return (cpu.ipHigh * TWO32 + (ip >>> 0)) as Gva;
    return (((cpu.segments.base[1] as number) + ip) | 0) as Gva;
  }
}

function sameSet(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  return one.size === other.size && [...one].every((member) => other.has(member));
}
