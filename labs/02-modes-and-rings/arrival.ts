/** The machine at the end of a piece, in words: what the clauses ask for, one line a fact. */
import { CR0, CR4, EFER } from "../../src/machine/cpu/cpu.ts";
import type { Cpu, Gpa, Machine } from "../../src/machine/index.ts";
import { CS, DS, ES, SS } from "../../src/machine/isa/index.ts";
import { type Booted, hex } from "./boot.ts";
import { mappings } from "./mappings.ts";

const NAMES = ["ES", "CS", "SS", "DS"];
const IF = 1 << 9;

/** What is to be seen at the end of a piece when all is well, by clause. */
export const EXPECTED = {
  C2: [
    "CS is 8h: 32-bit code, base 0h, limit FFFFFFFFh, DPL 0",
    ...["DS", "ES", "SS"].map((name) => `${name} is 10h: writable data, base 0h, limit FFFFFFFFh, DPL 0`),
    "GDT entry 18h: 64-bit code, DPL 0",
  ],
  C3: ["interrupts are off", "CR0: PE is set, no other bit has changed"],
  C4: ["0h to 1FFFFFh is mapped to itself, writable", "the tables lie between 10000h and 1FFFFh"],
  C5: ["CR4: PAE is set, no other bit has changed", "paging is off"],
  C6: [
    "CS is 18h: 64-bit code, DPL 0",
    "CR0: PG is set, no other bit has changed",
    "EFER: LME is set, no other bit has changed",
  ],
} as const satisfies Record<string, readonly string[]>;

type Facts = { readonly [Clause in keyof typeof EXPECTED]: (boot: Booted) => string[] };

/** What is to be seen. */
export const FACTS: Facts = {
  C2: ({ machine }) => [...[CS, DS, ES, SS].map((n) => segmentFact(machine, n)), entryFact(machine, 0x18)],
  C3: ({ machine: { cpu }, before }) => [
    `interrupts are ${(cpu.flags.value & IF) !== 0 ? "on" : "off"}`,
    changeFact("CR0", "PE", CR0.PE, before.cr0 ^ cpu.cr0, cpu.cr0),
  ],
  C4: ({ machine }) => mappings(machine),
  C5: ({ machine: { cpu }, before }) => [
    changeFact("CR4", "PAE", CR4.PAE, before.cr4 ^ cpu.cr4, cpu.cr4),
    `paging is ${(cpu.cr0 & CR0.PG) !== 0 ? "on" : "off"}`,
  ],
  C6: ({ machine: { cpu }, before }) => [
    codeFact(cpu),
    changeFact("CR0", "PG", CR0.PG, before.cr0 ^ cpu.cr0, cpu.cr0),
    changeFact("EFER", "LME", EFER.LME, (before.efer ^ cpu.efer) & ~EFER.LMA, cpu.efer),
  ],
};

function segmentFact({ cpu }: Machine, n: number): string {
  const { selector, base, limit, access } = cpu.segments;
  const where = `base ${hex(base[n] as number)}, limit ${hex(limit[n] as number)}`;
  const bits = access[n] as number;
  return `${NAMES[n]} is ${hex(selector[n] as number)}: ${kind(bits)}, ${where}, DPL ${(bits >> 13) & 3}`;
}

/** In 64-bit mode base and limit of CS count for nothing. */
function codeFact({ segments }: Cpu): string {
  const access = segments.access[CS] as number;
  return `CS is ${hex(segments.selector[CS] as number)}: ${kind(access)}, DPL ${(access >> 13) & 3}`;
}

function entryFact({ cpu, bus }: Machine, selector: number): string {
  const { base, limit } = cpu.gdtr;
  const name = `GDT entry ${hex(selector)}`;
  if (selector + 7 > limit) return `${name}: beyond the limit of GDTR (${hex(limit)})`;
  const access = bus.read((base + selector + 4) as Gpa, 4);
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
function changeFact(register: string, bit: string, mask: number, changed: number, value: number): string {
  const others = changed & ~mask;
  const rest = others === 0 ? "no other bit has changed" : `but ${hex(others)} changed as well`;
  return `${register}: ${bit} is ${(value & mask) !== 0 ? "set" : "clear"}, ${rest}`;
}
