/** The machine at the end of a piece, in words: what the clauses ask for, one line a fact. */
import { CR0, CR4, EFER } from "../../src/machine/cpu/cpu.ts";
import type { Machine } from "../../src/machine/index.ts";
import { type Booted, hex } from "./boot.ts";
import type { Piece } from "./component.ts";
import { mappings } from "./mappings.ts";

const NAMES = ["ES", "CS", "SS", "DS"];
const IF = 1 << 9;
const TABLE_INDICATOR = 4;

/** What is to be seen when all is well. */
export const EXPECTED: Readonly<Record<Piece, readonly string[]>> = {
  protect: [
    ...["CS is 8h: 32-bit code, base 0h, limit FFFFFFFFh, DPL 0"],
    ...["DS", "ES", "SS"].map((name) => `${name} is 10h: writable data, base 0h, limit FFFFFFFFh, DPL 0`),
    ...[
      "GDT entry 18h: 64-bit code, DPL 0",
      "interrupts are off",
      "CR0: PE is set, no other bit has changed",
    ],
  ],
  map: [
    ...["0h to 1FFFFFh is mapped to itself, writable", "the tables lie between 10000h and 1FFFFh"],
    ...["CR4: PAE is set, no other bit has changed", "paging is off"],
  ],
  lengthen: [
    ...["CS is 18h: 64-bit code, DPL 0", "CR0: PG is set, no other bit has changed"],
    "EFER: LME is set, no other bit has changed",
  ],
};

export function facts(piece: Piece, { machine, before }: Booted): string[] {
  const { cpu } = machine;
  if (piece === "protect")
    return [
      ...[1, 3, 0, 2].map((segment) => segmentFact(machine, segment)),
      entryFact(machine, 0x18),
      `interrupts are ${(cpu.flags.value & IF) !== 0 ? "on" : "off"}`,
      changeFact("CR0", { PE: CR0.PE }, before.cr0, cpu.cr0),
    ];
  if (piece === "map")
    return [
      ...mappings(machine),
      changeFact("CR4", { PAE: CR4.PAE }, before.cr4, cpu.cr4),
      `paging is ${(cpu.cr0 & CR0.PG) !== 0 ? "on" : "off"}`,
    ];
  return [
    codeFact(machine),
    changeFact("CR0", { PG: CR0.PG }, before.cr0, cpu.cr0),
    changeFact("EFER", { LME: EFER.LME }, before.efer, cpu.efer & ~EFER.LMA),
  ];
}

function segmentFact({ cpu }: Machine, n: number): string {
  const { selector, base, limit, access } = cpu.segments;
  const where = `base ${hex(base[n] as number)}, limit ${hex(limit[n] as number)}`;
  const bits = access[n] as number;
  return `${NAMES[n]} is ${hex(selector[n] as number)}: ${kind(bits)}, ${where}, DPL ${(bits >> 13) & 3}`;
}

/** In 64-bit mode base and limit of CS count for nothing. */
function codeFact({ cpu }: Machine): string {
  const access = cpu.segments.access[1] as number;
  return `CS is ${hex(cpu.segments.selector[1] as number)}: ${kind(access)}, DPL ${(access >> 13) & 3}`;
}

function entryFact({ cpu, bus }: Machine, selector: number): string {
  const { base, limit } = cpu.gdtr;
  const name = `GDT entry ${hex(selector)}`;
  if ((selector & TABLE_INDICATOR) !== 0 || selector + 7 > limit)
    return `${name}: beyond the limit of GDTR (${hex(limit)})`;
  const access = bus
    .dmaRead((base + selector + 4) as never, 4)
    .reduce((all, byte, n) => all | (byte << (8 * n)), 0);
  return `${name}: ${kind(access)}, DPL ${(access >> 13) & 3}`;
}

/** Of a descriptor's second dword: "32-bit code". */
export function kind(access: number): string {
  const bit = (n: number) => ((access >> n) & 1) !== 0;
  if (!bit(15)) return "absent";
  if (!bit(12)) return "a system descriptor";
  if (!bit(11)) return bit(9) ? "writable data" : "read-only data";
  const size = bit(21) ? (bit(22) ? "invalid (L and D)" : "64-bit") : bit(22) ? "32-bit" : "16-bit";
  return `${size} code`;
}

/** "CR0: PE is set, no other bit has changed". */
function changeFact(register: string, bit: Record<string, number>, before: number, after: number): string {
  const [[name, mask]] = Object.entries(bit) as [[string, number]];
  const others = (before ^ after) & ~mask;
  const set = `${name} is ${(after & mask) !== 0 ? "set" : "clear"}`;
  return `${register}: ${set}, ${others === 0 ? "no other bit has changed" : `but ${hex(others)} changed as well`}`;
}
