/** A case in the making: what the generator knows while it adds instructions. */
import type { Random } from "../random.ts";
import type { Ground } from "../world.ts";
import { type Environment, interesting, stackPointer } from "./environment.ts";

export class Draft {
  readonly random: Random;
  readonly env: Environment;
  readonly ground: Ground;
  /** Values at the start. An address is drawn with them: it is wrong once an instruction has changed the register. */
  readonly registers: bigint[];
  /** Registers that point into the window, selectors, and a small count. */
  readonly pointers: readonly number[];
  readonly selectors: readonly number[];
  readonly instructions: number[][] = [];
  readonly pokes: [number, number, number][] = [];
  /** Address of the next instruction. */
  rip: bigint;
  /** Branches to be bent: instruction, offset and size of the displacement, instructions to skip. */
  readonly branches: { index: number; at: number; size: number; skip: number }[] = [];
  /** Flags that are undefined at this point, and at any point so far. */
  undefined = 0;
  everUndefined = 0;
  /** It has bytes of no meaning: they may swallow what is put before an instruction. */
  noisy = false;
  /** Steps from here on that a branch may skip: what they define can still be undefined behind them. */
  skippable = 0;

  constructor(random: Random, env: Environment, ground: Ground) {
    this.random = random;
    this.env = env;
    this.ground = ground;
    this.rip = env.rip;
    const many = env.bits === 64 ? 16 : 8;
    this.registers = Array.from({ length: 16 }, (_, i) => {
      if (i >= many && env.world !== "long") return 0n;
      const value = interesting(random);
      return env.world === "long" ? value : value & 0xffffffffn;
    });
    this.registers[4] = stackPointer(random, env);
    const candidates = [3, 5, 6, 7, ...(env.bits === 64 ? [8, 13, 12] : [])];
    this.pointers = candidates.filter(() => random.percent(75));
    for (const register of this.pointers) this.registers[register] = this.pointer();
    this.selectors = [0, 2].filter(() => random.percent(50));
    for (const register of this.selectors)
      this.registers[register] = (this.registers[register]! & ~0xffffn) | BigInt(this.selector());
    if (random.percent(70)) this.registers[1] = BigInt(random.below(40));
  }

  /** A linear address in the window, mostly in its data. */
  place(): bigint {
    const { random, env, ground } = this;
    if (env.bits === 16 || !env.paged || random.percent(80)) {
      const supervisor = env.paged && env.ring < 3 && (env.cr4 & 0x200000) !== 0 && env.bits !== 16;
      const base = BigInt(supervisor ? 0x31000 : 0x20000 + 0x1000 * random.below(2));
      const offset = random.percent(8)
        ? random.one([0xffd, 0xffe, 0xfff, 0xffc, 0xff8, 0])
        : random.below(0xff0);
      const linear = base + BigInt(random.percent(60) ? offset & ~15 : offset);
      return env.bits === 64 && random.percent(15) ? linear + 0xffff800000000000n : linear;
    }
    const { at } = random.one(ground.places);
    const offset = random.percent(15) ? random.one([0xffd, 0xffe, 0xfff, 0xff8]) : random.below(0xff0) & ~7;
    return (at + BigInt(offset)) & (env.bits === 64 ? 0xffffffffffffffffn : 0xffffffffn);
  }

  pointer(): bigint {
    const linear = this.place();
    if (this.env.bits === 16) return linear - 0x20000n;
    return linear;
  }

  selector(): number {
    const { random, ground, env } = this;
    if (env.real || env.v86)
      return random.one([0x2000, 0x2100, 0x1ff0, 0x2055, 0, 0xffff, 0xf000, random.below(65536)]);
    if (random.percent(6)) return random.below(65536);
    const named = random.one([...ground.selectors.values()]);
    return (
      (named & ~3) |
      random.weighted([
        [4, env.ring],
        [2, 3],
        [2, 0],
        [1, 1],
        [1, 2],
      ])
    );
  }

  /** Puts a qword at a linear address of the window, where the case will find it. */
  poke(linear: bigint, value: bigint): boolean {
    const physical = this.physical(linear);
    if (physical === undefined || this.pokes.length >= 6) return false;
    this.pokes.push([physical, Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn)]);
    return true;
  }

  /** Where the low half of the window's address space (and its mirror) lies in memory. */
  physical(linear: bigint): number | undefined {
    const low = linear & 0x7fffffffffffn;
    if (low >= 0x20000n && low < 0x23000n - 8n) return Number(low);
    const page = low >> 12n;
    if (page === 0x31n || page === 0x3an) return Number(low & 0xfffn) + (page === 0x31n ? 0x20000 : 0x22000);
    return undefined;
  }

  add(bytes: number[]): void {
    this.instructions.push(bytes);
    this.rip += BigInt(bytes.length);
  }

  /** Bytes so far. */
  get length(): number {
    return Number(this.rip - this.env.rip);
  }

  /** A general register to be written: rarely one that others rely on. */
  target(): number {
    const { random } = this;
    for (;;) {
      const register = random.below(this.env.bits === 64 ? 16 : 8);
      if (register === 4 && !random.percent(8)) continue;
      if (this.pointers.includes(register) && !random.percent(15)) continue;
      return register;
    }
  }

  source(): number {
    return this.random.below(this.env.bits === 64 ? 16 : 8);
  }
}
