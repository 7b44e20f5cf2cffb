/**
 * Counterexamples that the oracle once found in our processor, shrunk, with what QEMU said. They are cases like any other:
 * kept.test.ts runs them on ours, and on QEMU where it is installed.
 */
import { type Case, ENTRY } from "./case.ts";
import { CODE, IDT32, IDT64, IDT64_IST, STACK } from "./layout.ts";
import type { Outcome } from "./outcome.ts";
import type { World } from "./world.ts";

export interface Kept {
  readonly name: string;
  readonly world: World;
  readonly of: Case;
  /** What must hold of the outcome. */
  readonly says: (outcome: Outcome) => Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

const AT = CODE + 0x30;

const blank: Case = {
  registers: new Array<bigint>(16).fill(0n),
  rip: BigInt(AT),
  flags: 0x202,
  cs: 0x4b,
  ss: 0x53,
  ds: 0x53,
  es: 0x53,
  fs: 0x53,
  gs: 0x53,
  ldtr: 0,
  entry: ENTRY.outer,
  cr0: 0x80010031,
  cr3: 0,
  cr4: 0x610,
  efer: 0,
  fsBase: 0n,
  gsBase: 0n,
  kernelGs: 0n,
  idtLimit: 0x7ff,
  idtBase: IDT32,
  where: AT,
  instructions: [],
  pokes: [],
  undefined: 0,
  bits: 32,
};

const user32: Partial<Case> = {};
const kernel32: Partial<Case> = {
  cs: 0x08,
  ss: 0x10,
  ds: 0x10,
  es: 0x10,
  fs: 0x10,
  gs: 0x10,
  entry: ENTRY.jump,
};
const code16: Partial<Case> = {
  ...{ cs: 0x6b, ss: 0x7b, ds: 0x7b, es: 0x7b, fs: 0x7b, gs: 0x7b, bits: 16 },
  rip: BigInt(AT - 0x20000),
};
const long: Partial<Case> = {
  ...{ cr4: 0x10620, efer: 0xd01, idtBase: IDT64, idtLimit: 0xfff, entry: ENTRY.jump },
};
const user64: Partial<Case> = { ...long, cs: 0x5b, bits: 64 };
const kernel64: Partial<Case> = { ...long, cs: 0x18, ss: 0x10, ds: 0x10, es: 0x10, bits: 64 };

function kept(
  name: string,
  world: World,
  state: Partial<Case>,
  code: string,
  registers: Readonly<Record<number, bigint>>,
  says: Kept["says"],
  expected: Kept["expected"],
): Kept {
  const rsp = state.bits === 16 ? BigInt(STACK + 0x800 - 0x20000) : BigInt(STACK + 0x800);
  const values = blank.registers.map((zero, i) => registers[i] ?? (i === 4 ? rsp : zero));
  return {
    ...{ name, world, says, expected },
    of: { ...blank, ...state, registers: values, instructions: [[...Buffer.from(code, "hex")]] },
  };
}

const ip = ({ frame }: Outcome, index: number) => frame[index];
const changed = ({ changes }: Outcome, address: number) => new Map(changes).get(address);

export const KEPT: readonly Kept[] = [
  kept(
    "ENTER with 16-bit operands leaves the upper half of EBP",
    "legacy",
    user32,
    "66c8010001",
    { 5: 0xcfab0000n },
    (o) => ({ rbp: o.registers[5] }),
    {
      rbp: 0xcfab27fen,
    },
  ),
  kept(
    "ENTER with 32-bit operands on a 16-bit stack writes all of EBP",
    "legacy",
    code16,
    "66c8010001",
    { 5: 0xcfabecc4n },
    (o) => ({ rbp: o.registers[5] }),
    {
      // IRETD to a 16-bit stack leaves the upper half of the supervisor's ESP.
      rbp: 0x1c227fcn,
    },
  ),
  kept(
    "a far pointer is read from its start",
    "legacy",
    user32,
    "0fb5a3ee340000",
    {},
    (o) => ({ vector: o.vector, cr2: o.cr2 }),
    {
      vector: 14,
      cr2: 0x34een,
    },
  ),
  kept(
    "POPA reads from the lowest address",
    "legacy",
    user32,
    "61",
    { 4: 0x92c57f21n },
    (o) => ({ vector: o.vector, cr2: o.cr2 }),
    {
      vector: 14,
      cr2: 0x92c57f21n,
    },
  ),
  kept(
    "IRET to v86 mode takes 16 bits of the selectors",
    "legacy",
    {
      ...kernel32,
      pokes: [
        [STACK + 0x800, 0x3f00, 0xa4f02000],
        [STACK + 0x808, 0x23002, 0x2800],
        [STACK + 0x810, 0x12342000, 0x56782000],
        [STACK + 0x818, 0x9abc2000, 0xdef02000],
        [STACK + 0x820, 0x11112000, 0],
      ],
    },
    "cf",
    {},
    (o) => ({ vector: o.vector, ip: ip(o, 0), cs: ip(o, 1) }),
    { vector: 3, ip: 0x3f01, cs: 0x2000 },
  ),
  kept(
    "F3 before BSF is ignored without BMI1",
    "pae",
    { ...user32, cr4: 0x620 },
    "f30fbcf8",
    { 0: 0x20n },
    (o) => ({ vector: o.vector, rdi: o.registers[7] }),
    {
      vector: 3,
      rdi: 5n,
    },
  ),
  kept(
    "a stack of the interrupt stack table comes with a null SS",
    "long",
    { ...kernel64, idtBase: IDT64_IST },
    "90",
    {},
    (o) => ({ ss: o.ss }),
    {
      ss: 0,
    },
  ),
  kept(
    "the base of FS counts in compatibility mode",
    "long",
    { ...long, fsBase: 0xffff800000020000n },
    "64a100040000",
    {},
    (o) => ({ vector: o.vector, accessed: changed(o, 0x25100) }),
    {
      vector: 3,
      accessed: 0x20027,
    },
  ),
  kept(
    "MOVS reads before it looks where to write",
    "long",
    user64,
    "a4",
    { 7: 0x203caab4bc79an },
    (o) => ({ vector: o.vector, cr2: o.cr2 }),
    {
      vector: 14,
      cr2: 0n,
    },
  ),
  kept(
    "SYSRET without EFER.SCE is #UD in every ring",
    "long",
    { ...user64, efer: 0xd00 },
    "0f07",
    {},
    (o) => ({ vector: o.vector }),
    {
      vector: 6,
    },
  ),
  kept(
    "SYSRET that sets TF traps at once",
    "long",
    kernel64,
    "480f07",
    { 1: 0x23f00n, 11: 0x302n },
    (o) => ({ vector: o.vector, rip: ip(o, 0), dr6: o.dr6 }),
    {
      vector: 1,
      rip: 0x23f00,
      dr6: 0xffff4ff0,
    },
  ),
  kept(
    "AC lets ring 0 push a frame on a user page under SMAP",
    "long",
    { ...kernel64, cr4: 0x210620, flags: 0x40202 },
    "0f0b",
    { 4: 0x22800n },
    (o) => ({ vector: o.vector, rsp: o.registers[4] }),
    {
      vector: 6,
      rsp: 0x227d8n,
    },
  ),
  kept(
    "an access over the end of the lower half is #GP",
    "long",
    user64,
    "8b07",
    { 7: 0x7ffffffffffen },
    (o) => ({ vector: o.vector, error: ip(o, 0) }),
    {
      vector: 13,
      error: 0,
    },
  ),
  kept(
    "MOVSXD reads four bytes",
    "long",
    kernel64,
    "630425fc0f0200",
    {},
    (o) => ({ vector: o.vector, next: changed(o, 0x25108) }),
    {
      vector: 3,
      next: undefined,
    },
  ),
  kept(
    "a far jump with a 32-bit offset clears the upper half of RIP",
    "long",
    { ...kernel64, pokes: [[0x20400, 0x23f00, 0x18]] },
    "ff2c2500040200",
    {},
    (o) => ({ vector: o.vector, rip: ip(o, 0), upper: ip(o, 1) }),
    { vector: 3, rip: 0x23f01, upper: 0 },
  ),
  kept(
    "SBB to bytes that were run borrows once",
    "legacy",
    user32,
    // MOV SS: NOP runs alone, and what follows it is decoded by then.
    "f98ed090801d3030020000",
    { 0: 0x53n },
    (o) => ({ flags: o.frame[2]! & 0x8d5, written: changed(o, AT)! & 0xff }),
    { flags: 0x80, written: 0xf8 },
  ),
  kept(
    "INC of bytes that were run keeps CF",
    "legacy",
    user32,
    "f98ed090fe0530300200",
    { 0: 0x53n },
    (o) => ({ carry: o.frame[2]! & 1, written: changed(o, AT)! & 0xff }),
    { carry: 1, written: 0xfa },
  ),
];
