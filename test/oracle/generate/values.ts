/** Values for control registers and MSRs: such that the case goes on, most of the time. */
import type { Draft } from "./draft.ts";
import { interesting } from "./environment.ts";

export const MSRS = [
  0x174, 0x175, 0x176, 0xc0000080, 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0000100, 0xc0000101,
  0xc0000102,
];

/** Bits of CR0 and CR4 that a case may turn on its own. */
const CR0_FREE = [2, 4, 8, 0x10, 0x20, 0x10000, 0x40000, 0x40000000, 0x60000000];
const CR4_FREE = [0x4, 0x8, 0x80, 0x100, 0x200, 0x400, 0x800, 0x100000, 0x200000, 0x10000];

export function controlValue(draft: Draft, number: number): bigint {
  const { random, env, ground } = draft;
  switch (number) {
    case 0: {
      let value = env.cr0;
      for (let i = random.below(3); i > 0; i--) value ^= random.one(CR0_FREE);
      return BigInt(value >>> 0);
    }
    case 3:
      return BigInt(ground.cr3 | random.one([0, 8, 0x10, 0x18, 4]));
    case 4: {
      let value = env.cr4;
      for (let i = random.below(3); i > 0; i--) value ^= random.one(CR4_FREE);
      return BigInt(value >>> 0);
    }
    case 8:
      return BigInt(random.below(16));
    default:
      return interesting(random) & (env.bits === 64 ? 0xffffffffffffffffn : 0xffffffffn);
  }
}

export function msrValue(draft: Draft, msr: number): bigint {
  const { random, env } = draft;
  const address = random.percent(80) ? BigInt.asUintN(64, draft.place()) : random.wide();
  switch (msr) {
    case 0xc0000080:
      return BigInt(env.efer ^ random.one([0, 1, 0x800, 0x801]));
    case 0xc0000084:
      return random.wide() & 0xffffffffn & ~0x100n;
    case 0xc0000081:
      return random.one([0x004b001800000000n, random.wide()]);
    case 0x174:
      return BigInt(random.one([8, 0, 0x18, 3]));
    default:
      return address;
  }
}
