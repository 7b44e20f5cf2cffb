/**
 * Instructions that random operands would only make fault, or that would take the supervisor with them: what must stand
 * before them (registers, memory, stack) to make them do something.
 */
import { LANDING } from "../layout.ts";
import { SOFT_VECTORS } from "../vectors.ts";
import type { Draft } from "./draft.ts";
import type { Parsed, Wish } from "./encode.ts";
import { privileged, RCX, RDX, risky, segmentLoad, set, strings, wild } from "./registers.ts";
import { loadTable } from "./tables.ts";
import { farReturn, flagsImage, landing, stack, stackSize } from "./transfers.ts";
import { controlValue, MSRS, msrValue } from "./values.ts";

/** Ports where nothing is, on any machine that runs this. */
const PORTS = [0x10, 0x1c, 0x50, 0x5a, 0x7b, 0x90, 0xe1, 0x1234, 0x0ffe];

/** What is wished of the instruction; undefined when it must not be drawn here. */
type Preparation = (draft: Draft, parsed: Parsed) => Wish | undefined;

const string: Preparation = (draft) => {
  strings(draft);
  return {};
};

const port: Preparation = (draft, { row, operands }) => {
  const at = draft.random.one(PORTS);
  if (row.mnemonic.endsWith("s")) strings(draft);
  if (!operands.some(({ size }) => size === "DX")) return { immediate: BigInt(at & 0xff) };
  set(draft, RDX, BigInt(at));
  return {};
};

const table: Preparation = (draft, { row }) => {
  if (!privileged(draft)) return {};
  if (risky(draft)) return undefined;
  loadTable(draft, row.mnemonic === "lidt");
  return undefined;
};

const lmsw: Preparation = (draft) => {
  if (!privileged(draft)) return {};
  if (risky(draft)) return undefined;
  const { random, env } = draft;
  const register = draft.target();
  set(draft, register, BigInt((env.real ? 0x10 : 0x31) ^ random.one([0, 2, 4, 8, 0xe, 0xfff0])));
  return { memory: false, register, plain: true };
};

const msr: Preparation = (draft, { row }) => {
  const { random, env } = draft;
  const number = random.one(MSRS.filter((some) => env.world === "long" || some < 0xc0000000));
  set(draft, RCX, BigInt(number));
  if (row.mnemonic === "wrmsr") {
    // SYSENTER to anywhere is a jump astray.
    if (wild(draft) || risky(draft)) return undefined;
    const value = msrValue(draft, number);
    set(draft, 0, value & 0xffffffffn);
    set(draft, RDX, value >> 32n);
  }
  return { plain: true };
};

function control(draft: Draft, loads: boolean): Wish | undefined {
  const { random, env } = draft;
  const others = [...(env.bits === 64 ? [8] : []), ...(random.percent(10) ? [1, 5, 7] : [])];
  const number = random.one([0, 2, 3, 4, 4, ...others]);
  if (!loads || !privileged(draft)) return { reg: number };
  if ((env.real && number !== 2) || risky(draft)) return undefined;
  const register = draft.target();
  set(draft, register, controlValue(draft, number));
  return { register, reg: number, plain: true };
}

function debug(draft: Draft): Wish {
  const { random, env } = draft;
  const number = random.below(env.bits === 64 && random.percent(5) ? 16 : 8);
  const register = draft.target();
  // No breakpoint is enabled: only what DR7 keeps of the other bits.
  const value = number === 5 || number === 7 ? random.bits() & 0xffff3f00 & ~0x2000 : random.bits();
  set(draft, register, BigInt(value >>> 0));
  return { register, reg: number, plain: true };
}

const mov: Preparation = (draft, { operands }) => {
  const [target, source] = operands;
  if (target?.place === "C" || source?.place === "C") return control(draft, target?.place === "C");
  if (target?.place === "D" && privileged(draft)) return risky(draft) ? undefined : debug(draft);
  if (target?.place === "S" || source?.place === "S") return segmentLoad(draft, target?.place === "S");
  return {};
};

const selector: Preparation = (draft) => segmentLoad(draft, true);

const divide: Preparation = (draft, { operands }) => {
  const { random } = draft;
  if (random.percent(60)) {
    if (operands[0]?.size === "b") draft.add([0xb4, random.below(4)]);
    else set(draft, RDX, BigInt(random.one([0, 0, 1, 0xffffffff])));
  }
  return {};
};

const doubleShift: Preparation = (draft, { operands }) => {
  const count = BigInt(draft.random.below(16));
  if (operands[2]?.place === "I") return { immediate: count };
  set(draft, RCX, count);
  return {};
};

const nearReturn: Preparation = (draft) => {
  const { random } = draft;
  if (wild(draft) && draft.instructions.length > 0) return undefined;
  if (random.percent(85)) stack(draft, stackSize(draft), [landing(draft)]);
  // QEMU takes the number of bytes to release for a signed one.
  return { plain: random.percent(60), resize: false, immediate: BigInt(random.below(0x8000)) };
};

const distantReturn: Preparation = (draft, { row }) =>
  wild(draft) && draft.instructions.length > 0 ? undefined : farReturn(draft, row.mnemonic === "iret");

const fastReturn: Preparation = (draft, { row }) => {
  set(draft, RCX, landing(draft));
  set(draft, RDX, row.mnemonic === "sysexit" ? landing(draft) : BigInt(LANDING));
  if (draft.env.bits === 64) set(draft, 11, flagsImage(draft));
  return { plain: draft.random.percent(80) };
};

const branch: Preparation = (draft, { operands }) => {
  const { random } = draft;
  if (operands[0]?.place !== "E") return {};
  if (!wild(draft) && !random.percent(50)) return { memory: true, plain: random.percent(70) };
  const register = draft.target();
  set(draft, register, landing(draft));
  return { register, memory: false, plain: random.percent(70) };
};

/** QEMU has AMD's m16:32 with REX.W, Intel's is m16:64. */
const farPointer: Preparation = () => ({ wide: false });

const PREPARATIONS: Readonly<Record<string, Preparation>> = {
  ...{ in: port, out: port, ins: port, outs: port },
  ...{ movs: string, cmps: string, stos: string, lods: string, scas: string },
  ...{ lgdt: table, lidt: table, lmsw, rdmsr: msr, wrmsr: msr, mov },
  ...{
    lldt: selector,
    ltr: selector,
    lar: selector,
    lsl: selector,
    verr: selector,
    verw: selector,
    arpl: selector,
  },
  ...{ div: divide, idiv: divide, shld: doubleShift, shrd: doubleShift },
  ...{ ret: nearReturn, retf: distantReturn, iret: distantReturn, sysexit: fastReturn, sysret: fastReturn },
  ...{ jmp: branch, call: branch, lss: farPointer, lfs: farPointer, lgs: farPointer },
  hlt: (draft) => (privileged(draft) ? undefined : {}),
  // QEMU takes 32 bits in 16-bit code without 66, 16 bits with it, and 16 bits with 66 and REX.W.
  movbe: ({ env }, { row }) =>
    env.bits === 16 ? undefined : row.opcode.startsWith("66") ? { wide: false } : {},
  // With a 16-bit operand the result is undefined.
  bswap: ({ env }) => ({ resize: env.bits === 16 }),
  int: ({ random }) => (random.percent(75) ? { immediate: BigInt(random.one(SOFT_VECTORS)) } : {}),
  // Both of its immediates: small levels are common.
  enter: ({ random }) => ({ immediate: BigInt(random.percent(80) ? random.below(4) : random.below(64)) }),
  popf: (draft) => {
    stack(draft, stackSize(draft), [flagsImage(draft)]);
    return {};
  },
  pop: (draft, { operands }) => {
    if (operands[0]?.place === "fixed") stack(draft, stackSize(draft), [BigInt(draft.selector())]);
    return {};
  },
};

export const prepare: Preparation = (draft, parsed) =>
  Object.hasOwn(PREPARATIONS, parsed.row.mnemonic) ? PREPARATIONS[parsed.row.mnemonic]!(draft, parsed) : {};
