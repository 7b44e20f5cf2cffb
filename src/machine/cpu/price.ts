/** What an instruction costs by itself; what it meets on its way (a page walk, a delivery, a port) is charged as it happens. */
import type { CostProfile } from "../cost.ts";
import type { Op } from "./op.ts";

/** MOV to a special register has a price of its own. */
const SPECIAL: Readonly<Record<string, string>> = { C: "cr", D: "dr", S: "sreg" };

/** Memory operands that are no access: addresses only. */
const NO_ACCESS = /^(lea|nop|invlpg|prefetch.*)$/;

/** Operands that are in memory whatever ModR/M says: the string instructions' and moffs. */
const IMPLIED = /^[XYO]/;

/** The name of an instruction in CostProfile.instructions: its mnemonic, or "mov cr", "mov dr", "mov sreg". */
export function priceName({ row }: Pick<Op, "row">): string {
  if (row.mnemonic !== "mov") return row.mnemonic;
  const kind = SPECIAL[row.operands[0]?.[0] as string];
  return kind === undefined ? "mov" : `mov ${kind}`;
}

/** Cycles, a whole number. */
export function priceOf(op: Op, prices: CostProfile): number {
  const own = prices.instructions[priceName(op)] ?? prices.instruction;
  return touchesMemory(op) ? own + prices.memory : own;
}

function touchesMemory({ row, modrm, rm }: Op): boolean {
  if (NO_ACCESS.test(row.mnemonic)) return false;
  return (modrm >= 0 && rm < 0) || row.operands.some((operand) => IMPLIED.test(operand));
}
