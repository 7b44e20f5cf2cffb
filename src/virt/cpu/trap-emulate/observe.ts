/** V as the plain data that a component is given. */
import type { Gva } from "../../../machine/address.ts";
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { Op } from "../../../machine/cpu/op.ts";
import { instructionAddress, peek } from "../../../machine/debug/look.ts";
import { decode } from "../../../machine/isa/decode.ts";
import { format } from "../../../machine/isa/format.ts";
import { CS, DS, ES, FS, GS, type Instruction, SS } from "../../../machine/isa/instruction.ts";
import { TOO_LONG, UNDEFINED } from "../../../machine/isa/table/index.ts";
import type { Machine } from "../../../machine/machine.ts";
import type { Guest, Trapped } from "./component.ts";

const LONGEST = 15;
/** Dwords of the guest's stack that a component sees. */
const STACK = 4;
const END = new Error("end of the bytes");

export function guestOf(machine: Machine): Guest {
  const { cpu } = machine;
  const { selector } = cpu.segments;
  return {
    cpl: cpu.cpl as 0 | 3,
    eip: cpu.ip >>> 0,
    eflags: cpu.flags.value >>> 0,
    registers: {
      ...{ eax: register(cpu, 0), ecx: register(cpu, 1), edx: register(cpu, 2), ebx: register(cpu, 3) },
      ...{ esp: register(cpu, 4), ebp: register(cpu, 5), esi: register(cpu, 6), edi: register(cpu, 7) },
    },
    selectors: {
      ...{ es: selector[ES] as number, cs: selector[CS] as number, ss: selector[SS] as number },
      ...{ ds: selector[DS] as number, fs: selector[FS] as number, gs: selector[GS] as number },
    },
    ...{ cr0: cpu.cr0 >>> 0, cr2: cpu.cr2 >>> 0, cr3: cpu.cr3 >>> 0, cr4: cpu.cr4 >>> 0 },
    stack: stackOf(machine, cpu),
  };
}

const register = (cpu: Cpu, number: number) => (cpu.r32[2 * number] as number) >>> 0;

function stackOf(machine: Machine, cpu: Cpu): number[] {
  const offset = (cpu.r32[8] as number) & cpu.stackMask;
  const at = (((cpu.segments.base[SS] as number) + offset) | 0) as Gva;
  const bytes = peek(machine, at, 4 * STACK);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length >> 2 }, (_, n) => view.getUint32(4 * n, true));
}

/** The instruction at V's CS:ip, decoded; undefined where it cannot be read whole, or is none. */
export function instructionAt(machine: Machine): Op | undefined {
  const bytes = peek(machine, instructionAddress(machine), LONGEST);
  const instruction = new Op();
  let at = 0;
  const next = () => {
    if (at === bytes.length) throw END;
    return bytes[at++] as number;
  };
  try {
    decode(next, machine.cpu.bits, instruction);
  } catch (error) {
    if (error !== END) throw error;
    return undefined;
  }
  return instruction.row === UNDEFINED || instruction.row === TOO_LONG ? undefined : instruction;
}

export function trapped(instruction: Instruction, address: number): Trapped {
  const text = format(instruction, { address });
  const operands = text.includes(" ") && instruction.row.operands.length > 0 ? afterName(text) : [];
  return {
    text,
    mnemonic: instruction.row.mnemonic,
    operands,
    length: instruction.length,
    size: instruction.size,
    sensitive: instruction.row.sensitive !== undefined,
  };
}

const afterName = (text: string) => text.slice(text.indexOf(" ") + 1).split(", ");
