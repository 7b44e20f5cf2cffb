/** What an instruction costs by itself; what it meets on its way (a page walk, a delivery, a port) is charged as it happens. */
import type { CostProfile } from "../cost.ts";
import type { Op } from "./op.ts";

/** MOV to and from special registers has prices of its own. */
const SPECIAL: Readonly<Record<string, string>> = { C: "cr", D: "dr", S: "sreg" };

/** Memory operands that are no access: addresses only. */
const NO_ACCESS = new Set(["lea", "nop", "invlpg", "prefetchnta", "prefetcht0", "prefetcht1", "prefetcht2"]);

/** Operands that are in memory whatever ModR/M says: the string instructions' and moffs. */
const IMPLIED = /^[XYO]/;

/** The name of an instruction in CostProfile.instructions: its mnemonic, or "mov cr", "mov dr", "mov sreg". */
export function priceName({ row }: Pick<Op, "row">): string {
  if (row.mnemonic !== "mov") return row.mnemonic;
  for (const operand of row.operands) {
    const kind = SPECIAL[operand[0] as string];
    if (kind !== undefined) return `mov ${kind}`;
  }
  return "mov";
}

/** Cycles, a whole number. */
export function priceOf(op: Op, prices: CostProfile): number {
  const own = prices.instructions[priceName(op)] ?? prices.instruction;
  return touchesMemory(op) ? own + prices.memory : own;
}

function touchesMemory({ row, modrm, rm }: Op): boolean {
  if (NO_ACCESS.has(row.mnemonic)) return false;
  return (modrm >= 0 && rm < 0) || row.operands.some((operand) => IMPLIED.test(operand));
}
