/** What an instruction costs by itself; what it meets on its way (a page walk, a delivery, a port) is charged as it happens. */
import type { CostProfile } from "../cost.ts";
import type { Op } from "./op.ts";

/** MOV to a special register has a price of its own. */
const SPECIAL: Readonly<Record<string, string>> = { C: "cr", D: "dr", S: "sreg" };

/** Memory operands that are no access: addresses only. */
const NO_ACCESS = /^(lea|nop|invlpg|prefetch.*)$/;

/** Operands that are in memory whatever ModR/M says: the string instructions' and moffs. */
const IMPLIED = /^[XYO]/;

/** The name of an instruction in CostProfile.instructions: its mnemonic, or "mov cr", "mov dr", "mov sreg", "jmp indirect". */
export function priceName({ row }: Pick<Op, "row">): string {
  if (row.mnemonic === "jmp" && row.operands[0]?.[0] === "E") return "jmp indirect";
  if (row.mnemonic !== "mov") return row.mnemonic;
  const kind = SPECIAL[row.operands[0]?.[0] as string];
  return kind === undefined ? "mov" : `mov ${kind}`;
}

/** Cycles, a whole number. */
export function priceOf(op: Op, prices: CostProfile): number {
  const own = prices.instructions[priceName(op)] ?? prices.instruction;
  return touchesMemory(op) ? own + prices.memory : own;
}

/** Of two operands, each over a page's end. */
const PAGES = 4;
/**
 * Of a walk in two dimensions that begins at what a structure cache knows, three levels deep, is denied, and is done again from the root:
 * 3 + 3 · 7 and 4 + 5 · 7, when each nested walk is done again in the same way.
 */
const REFERENCES = 63;

/** Cycles that one plain instruction may be charged on its way (TLB misses, page walks), at most. */
export function mostCharged({ walkReference, walkCaches, stlbHit }: CostProfile): number {
  const reference = walkCaches?.memory ?? walkReference;
  return PAGES * ((walkCaches?.start ?? 0) + Math.max(stlbHit, REFERENCES * reference));
}

function touchesMemory({ row, modrm, rm }: Op): boolean {
  if (NO_ACCESS.test(row.mnemonic)) return false;
  return (modrm >= 0 && rm < 0) || row.operands.some((operand) => IMPLIED.test(operand));
}
