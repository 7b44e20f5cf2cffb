/** The state that a case starts from: mode, ring, segments, control registers, general registers. */
import { ENTRY } from "../case.ts";
import { CODE, DATA0, DATA1, IDT32, IDT64, IDT64_IST, STACK } from "../layout.ts";
import type { Random } from "../random.ts";
import type { Ground, World } from "../world.ts";

/** Who runs: a code segment and the data and stack segments that suit it. */
interface Who {
  readonly bits: 16 | 32 | 64;
  readonly ring: number;
  readonly cs: number;
  readonly ss: number;
  readonly data: readonly number[];
  readonly v86?: true;
  readonly real?: true;
}

export interface Environment extends Who {
  readonly world: World;
  readonly paged: boolean;
  readonly entry: number;
  readonly cr0: number;
  readonly cr4: number;
  readonly efer: number;
  readonly flags: number;
  readonly rip: bigint;
  readonly where: number;
  readonly segments: { readonly ss: number; ds: number; es: number; fs: number; gs: number };
  readonly fsBase: bigint;
  readonly gsBase: bigint;
  readonly kernelGs: bigint;
  readonly ldtr: number;
  readonly idtBase: number;
  readonly idtLimit: number;
}

const REAL_SEGMENTS = [0x2000, 0x2000, 0x2000, 0x2100, 0x1ff0, 0x1801, 0x2055, 0x20ff];

function protectedWho(random: Random, ground: Ground): Who {
  const named = (name: string) => ground.selectors.get(name)!;
  const code16 = named("code16");
  const user16 = named("user code16") | 3;
  const data16 = named("data16");
  const userData16 = named("user data16") | 3;
  const shifted = named("user data at the window");
  return random.weighted<Who>([
    [34, { bits: 32, ring: 3, cs: 0x4b, ss: 0x53, data: [0x53, 0x53, 0x53, shifted | 3] }],
    [26, { bits: 32, ring: 0, cs: 0x08, ss: 0x10, data: [0x10, 0x10, 0x53, shifted] }],
    [
      5,
      {
        bits: 32,
        ring: 1,
        cs: named("code ring 1") | 1,
        ss: named("data ring 1") | 1,
        data: [named("data ring 1") | 1, 0x53],
      },
    ],
    [
      3,
      {
        bits: 32,
        ring: 2,
        cs: named("code ring 2") | 2,
        ss: named("data ring 2") | 2,
        data: [named("data ring 2") | 2, 0x53],
      },
    ],
    [7, { bits: 16, ring: 3, cs: user16, ss: userData16, data: [userData16, 0x53] }],
    [5, { bits: 16, ring: 0, cs: code16, ss: data16, data: [data16, 0x10] }],
    [20, { bits: 16, ring: 3, cs: 0x2000, ss: 0x2000, data: REAL_SEGMENTS, v86: true }],
  ]);
}

function longWho(random: Random, ground: Ground): Who {
  const user16 = ground.selectors.get("user code16")! | 3;
  const userData16 = ground.selectors.get("user data16")! | 3;
  return random.weighted<Who>([
    [44, { bits: 64, ring: 3, cs: 0x5b, ss: 0x53, data: [0x53, 0, 0x53, 0x4b] }],
    [36, { bits: 64, ring: 0, cs: 0x18, ss: 0x10, data: [0x10, 0, 0x53] }],
    [10, { bits: 32, ring: 3, cs: 0x4b, ss: 0x53, data: [0x53] }],
    [4, { bits: 32, ring: 0, cs: 0x08, ss: 0x10, data: [0x10, 0x53] }],
    [6, { bits: 16, ring: 3, cs: user16, ss: userData16, data: [userData16, 0x53] }],
  ]);
}

const TF = 0x100;
const IF = 0x200;
const NT = 0x4000;
const RF = 0x10000;
const VM = 0x20000;
const AC = 0x40000;
const ID = 0x200000;
export const ARITHMETIC = 0x8d5;

/** CR4 bits that a case may have besides what its world needs. */
const CR4_LEGACY = [0x4, 0x8, 0x10, 0x80, 0x800];
const CR4_PAGED = [0x100000, 0x200000];

export function environment(random: Random, world: World, ground: Ground): Environment {
  const paged = world === "legacy" || world === "pae" || world === "long";
  const who: Who =
    world === "real"
      ? { bits: 16, ring: 0, cs: 0x2000, ss: 0x2000, data: REAL_SEGMENTS, real: true }
      : world === "long"
        ? longWho(random, ground)
        : protectedWho(random, ground);
  let flags = 2 | (random.bits() & (ARITHMETIC | ID | 0x3000));
  if (random.percent(25)) flags |= 0x400;
  if (random.percent(70)) flags |= IF;
  const traced = random.percent(4);
  if (traced) flags |= TF;
  if (random.percent(2) && world !== "real") flags |= NT;
  const resumed = traced && random.percent(30);
  if (resumed && !who.real) flags |= RF;
  if (random.percent(20) && !who.real) flags |= AC;
  if (who.v86) flags |= VM;

  let cr4 = world === "long" || world === "pae" ? 0x620 : 0x600;
  for (const bit of CR4_LEGACY) if (random.percent(30)) cr4 |= bit;
  const privileged16 = who.bits === 16 && who.ring === 0;
  if (paged && !privileged16) for (const bit of CR4_PAGED) if (random.percent(25)) cr4 |= bit;
  if (world === "long" && random.percent(60)) cr4 |= 0x10000;
  if (world === "legacy" && random.percent(60)) cr4 |= 0x10;
  let cr0 = world === "real" ? 0x10 : paged ? 0x80000031 : 0x31;
  if (paged && random.percent(60)) cr0 |= 0x10000;
  if (random.percent(4)) cr0 |= 8;
  if (random.percent(3)) cr0 |= 4;
  if (random.percent(8)) cr0 |= 2;
  const nxe = random.percent(85) ? 0x800 : 0;
  const efer = world === "long" ? 0x500 | nxe | (random.percent(85) ? 1 : 0) : world === "pae" ? nxe : 0;

  const supervisorOnly = who.ring < 3 && (cr4 & 0x300000) !== 0;
  // With SMEP or SMAP a ring-0 case needs supervisor pages to get anywhere.
  const code =
    supervisorOnly && (cr4 & 0x100000) !== 0 && who.bits !== 16 && random.percent(85) ? 0x3b000 : CODE;
  const offset = 0x10 + random.below(0x40) + (random.percent(6) ? 0x40 * random.below(0x30) : 0);
  let linear = BigInt(code + offset);
  if (who.bits === 64 && random.percent(15)) linear += 0xffff800000000000n;
  const small = who.bits === 16;
  const at = (list: readonly number[]) => random.one(list);
  const mixed = () => (random.percent(80) ? who.data[0]! : at(who.data));
  return {
    ...who,
    world,
    paged,
    entry: who.real
      ? ENTRY.real
      : world === "long"
        ? ENTRY.jump
        : who.v86
          ? ENTRY.v86
          : who.ring > 0
            ? ENTRY.outer
            : traced
              ? ENTRY.same
              : ENTRY.jump,
    cr0,
    cr4,
    efer,
    flags,
    rip: small ? linear - BigInt(DATA0) : linear,
    where: CODE + offset,
    segments: { ss: who.ss, ds: mixed(), es: mixed(), fs: at(who.data), gs: at(who.data) },
    fsBase: world === "long" ? random.one([0n, BigInt(DATA0), 0xffff800000020000n, 0x7fffffffe000n]) : 0n,
    gsBase: world === "long" ? random.one([0n, BigInt(DATA1), 0xffff800000021000n, 0x12345678n]) : 0n,
    kernelGs: world === "long" ? random.one([BigInt(DATA1), 0xffff800000022000n]) : 0n,
    ldtr: world === "real" || random.percent(10) ? 0 : ground.selectors.get("LDT")!,
    idtBase: world === "real" ? 0 : world === "long" ? (random.percent(60) ? IDT64_IST : IDT64) : IDT32,
    idtLimit:
      world === "real"
        ? 0x3ff
        : world === "long"
          ? random.percent(85)
            ? 0xfff
            : 0x27f
          : random.percent(85)
            ? 0x7ff
            : 0x13f,
  };
}

const BOUNDARIES = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xffffffffffffffffn,
  0xffffffff80000000n,
  0xffffffffffffff80n,
];

/** A number as operand: of any magnitude, often at a boundary. */
export function interesting(random: Random): bigint {
  switch (random.below(6)) {
    case 0:
      return random.one(BOUNDARIES);
    case 1:
      return BigInt(random.below(64));
    case 2:
      return BigInt.asUintN(64, random.one(BOUNDARIES) + BigInt(random.below(5) - 2));
    default:
      return random.wide() >> BigInt(random.below(64));
  }
}

/** A stack pointer: in the middle of the stack's page, sometimes at its edge or nowhere. */
export function stackPointer(random: Random, env: Environment): bigint {
  const supervisor = env.ring < 3 && (env.cr4 & 0x200000) !== 0 && env.bits !== 16 && env.paged;
  let at = BigInt((supervisor ? 0x3a000 : STACK) + 0x800);
  if (random.percent(20)) at += BigInt(random.below(16));
  if (random.percent(3)) at = BigInt(STACK + random.one([0, 4, 2, 8, 1, 0x1000, 0xffe, 0xfff, 0xffc]));
  else if (random.percent(1) && env.ring > 0) at = random.wide();
  if (env.bits === 64 && random.percent(10)) at += 0xffff800000000000n;
  if (env.bits === 16) at -= BigInt(DATA0);
  return env.bits === 64 ? BigInt.asUintN(64, at) : BigInt.asUintN(32, at);
}
