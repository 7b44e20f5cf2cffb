/** Contexts as objects that can be compared by identity: there are few, and every block has one. */
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { CS } from "../../../machine/isa/instruction.ts";
import type { Context } from "./classify.ts";

export class Contexts {
  readonly #known: Context[] = [];
  #last: Context | undefined;

  /** The one that `cpu` is in. */
  of({ segments, cpl, stackMask }: Cpu): Context {
    const base = segments.base[CS] as number;
    const limit = segments.limit[CS] as number;
    const stack32 = stackMask === -1;
    const fits = (one: Context) =>
      one.base === base && one.limit === limit && one.cpl === cpl && one.stack32 === stack32;
    if (this.#last !== undefined && fits(this.#last)) return this.#last;
    let found = this.#known.find(fits);
    if (found === undefined) {
      found = { base, limit, cpl, stack32 };
      this.#known.push(found);
    }
    this.#last = found;
    return found;
  }
}
