/**
 * Instructions that VT-x or SVM may intercept (SDM Vol. 3, 25.1; AMD APM Vol. 2, 15.9), and the question that stands before them on a
 * processor that has either: on others none does.
 */
import type { Row } from "../isa/row.ts";
import type { Cpu } from "./cpu.ts";
import type { CpuModel } from "./model.ts";
import type { Handler, Op } from "./op.ts";

/** Instructions of VT-x and SVM themselves. */
export const VMX_INSTRUCTIONS =
  "vmcall vmclear vmlaunch vmptrld vmptrst vmread vmresume vmwrite vmxoff vmxon vmfunc invept invvpid".split(
    " ",
  );
export const SVM_INSTRUCTIONS = "vmrun vmmcall vmload vmsave stgi clgi skinit invlpga".split(" ");

const MOVES = ["mov from cr", "mov to cr", "mov from dr", "mov to dr"];

/** Causes: a mnemonic of the ISA table each, but for MOV. */
export const CAUSES: readonly string[] = [
  "(none)",
  ...MOVES,
  ...(
    "cpuid hlt invlpg clts lmsw smsw rdmsr wrmsr in out ins outs rdtsc rdtscp rdpmc pause invd wbinvd rsm " +
    "sgdt sidt lgdt lidt sldt str lldt ltr monitor mwait xsetbv invpcid pushf popf int int1 iret"
  ).split(" "),
  ...VMX_INSTRUCTIONS,
  ...SVM_INSTRUCTIONS,
];

/** A cause's number by its name. */
export const CAUSE: Readonly<Record<string, number>> = Object.fromEntries(
  CAUSES.map((name, number) => [name, number]),
);

/**
 * MOV DR and VT-x's own exit before privilege is looked at (SDM Vol. 3, 25.1.3; Vol. 3, chapter 30, the instructions' Operation); for SVM
 * its guest mode looks itself.
 */
const BEFORE_PRIVILEGE = new Set(
  ["mov from dr", "mov to dr", ...VMX_INSTRUCTIONS, ...SVM_INSTRUCTIONS].map((name) => CAUSE[name]),
);

export const exitsBeforePrivilege = (cause: number) => BEFORE_PRIVILEGE.has(cause);

/** 0 for an instruction that nobody intercepts, or a processor that has neither extension. */
export function causeOf(row: Row, { features }: CpuModel): number {
  if (!features.has("vmx") && !features.has("svm")) return 0;
  if (row.mnemonic !== "mov") return CAUSE[row.mnemonic] ?? 0;
  const [to, from] = row.operands;
  if (from === "Cy") return CAUSE["mov from cr"] as number;
  if (to === "Cy") return CAUSE["mov to cr"] as number;
  if (from === "Dy") return CAUSE["mov from dr"] as number;
  return to === "Dy" ? (CAUSE["mov to dr"] as number) : 0;
}

/** The handler with the question in front. */
export function interceptable(op: Op, cause: number, handler: Handler): Handler {
  op.cause = cause;
  op.unintercepted = handler;
  return consult;
}

function consult(cpu: Cpu, op: Op): void {
  const { guest } = cpu;
  if (guest !== null && guest.interest[op.cause] !== 0 && guest.instruction(cpu, op, op.cause)) return;
  op.unintercepted(cpu, op);
}
