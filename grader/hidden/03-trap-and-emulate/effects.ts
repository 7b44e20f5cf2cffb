/** What C6 to C12 say, and what an instruction does for somebody who misread one of them. */
import type { Effects, Raised } from "../../../labs/03-trap-and-emulate/component.ts";
import { describeEffects } from "../../../labs/03-trap-and-emulate/describe.ts";
import type { Emulating } from "../../../labs/03-trap-and-emulate/scenarios.ts";

export const SLIPS = [
  "the same instruction again",
  "instructions have one byte",
  "no shadow",
  "always a shadow",
  "IOPL is not asked",
  "IOPL lets a program halt",
  "a program reads control registers",
  "CLTS clears what is beside it",
  "PUSHFD shows RF",
  "POPFD always writes IF",
  "POPFD never writes IF",
  "POPFD always writes IOPL",
  "POPFD keeps RF",
  "POPFD leaves ESP",
  "POPFD writes what it should leave",
  "an empty stack is zero",
  "sixteen bits are thirty-two",
  "the real ring is shown",
  "CR4 is written",
] as const;
export type Slip = (typeof SLIPS)[number];

const IF = 0x200;
const IOPL = 0x3000;
const RF = 0x10000;
const WRITTEN = 0x244dd5;
const FAULT: Raised = { fault: { vector: 13, error: 0 } };

function carryOut({ instruction, guest }: Emulating, slip?: Slip): Effects | Raised | null {
  const { mnemonic, operands, length, size } = instruction;
  const { cpl, eflags, selectors, registers } = guest;
  const step = slip === "the same instruction again" ? 0 : slip === "instructions have one byte" ? 1 : length;
  const eip = (guest.eip + step) % 2 ** 32;
  const trusted = slip === "IOPL is not asked" || cpl <= ((eflags >> 12) & 3);
  const halts = cpl === 0 || (slip === "IOPL lets a program halt" && trusted);
  const whole = size === 4 || slip === "sixteen bits are thirty-two";
  if (mnemonic === "cli") return trusted ? { eip, eflags: eflags & ~IF } : FAULT;
  if (mnemonic === "sti") {
    if (!trusted) return FAULT;
    const shadow = slip === "always a shadow" || (slip !== "no shadow" && (eflags & IF) === 0);
    return { eip, eflags: eflags | IF, shadow };
  }
  if (mnemonic === "hlt") return halts ? { eip, halt: true } : FAULT;
  if (mnemonic === "clts") {
    const cleared = slip === "CLTS clears what is beside it" ? 4 : 8;
    return cpl === 0 ? { eip, cr0: (guest.cr0 & ~cleared) >>> 0 } : FAULT;
  }
  if (mnemonic === "pushf") {
    if (!whole) return null;
    return { eip, push: slip === "PUSHFD shows RF" ? eflags : eflags & ~RF };
  }
  if (mnemonic === "popf") return whole ? popFlags(guest, eip, trusted, slip) : null;
  if (mnemonic !== "mov") return null;
  const [to, from] = operands as [string, string];
  if (from in selectors && to in registers) {
    const real = slip === "the real ring is shown" && cpl === 0 && (from === "cs" || from === "ss") ? 1 : 0;
    return { eip, registers: { [to]: selectors[from as "cs"] | real } };
  }
  const names = ["cr0", "cr2", "cr3", "cr4"] as const;
  const read = names.find((name) => name === from);
  const written = names.find((name) => name === to);
  if (read === undefined && written === undefined) return null;
  if (cpl !== 0 && !(slip === "a program reads control registers" && read !== undefined)) return FAULT;
  if (read !== undefined) return { eip, registers: { [to]: guest[read] } };
  const value = registers[from as "eax"];
  if (written === "cr2") return { eip, cr2: value };
  if (written === "cr3") return { eip, cr3: value };
  return slip === "CR4 is written" ? { eip } : null;
}

function popFlags(
  { cpl, eflags, registers, stack }: Emulating["guest"],
  eip: number,
  trusted: boolean,
  slip?: Slip,
): Effects | null {
  const image = stack.length === 0 && slip === "an empty stack is zero" ? 0 : stack[0];
  if (image === undefined) return null;
  let mask = slip === "POPFD writes what it should leave" ? WRITTEN | 0x180000 : WRITTEN;
  if ((trusted || slip === "POPFD always writes IF") && slip !== "POPFD never writes IF") mask |= IF;
  if (cpl === 0 || slip === "POPFD always writes IOPL") mask |= IOPL;
  const kept = eflags & ~mask & ~(slip === "POPFD keeps RF" ? 0 : RF);
  const esp = slip === "POPFD leaves ESP" ? registers.esp : (registers.esp + 4) % 2 ** 32;
  return { eip, eflags: kept | (image & mask), registers: { esp } };
}

export const effects = (subject: Emulating, slip?: Slip): string[] =>
  describeEffects(carryOut(subject, slip));
