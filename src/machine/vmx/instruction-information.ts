/**
 * VM-exit instruction information for accesses to descriptor tables and INVPCID (SDM Vol. 3, Tables 27-9, 27-11, 27-12), as far as the
 * operand goes:
 *
 *     1:0 scale   9:7 address size   10 register   11 operand size   17:15 segment   21:18 index   22 no index   26:23 base   27 no base   31:28 register
 */
import type { Op } from "../cpu/op.ts";
import { NONE, RIP } from "../isa/instruction.ts";

export function operandInformation(op: Op): number {
  const addressing = ((op.addressSize >> 2) << 7) | (op.size === 4 ? 1 << 11 : 0);
  if (op.rm >= 0) return addressing | (1 << 10) | (op.rm << 3);
  const index = op.index === NONE ? 1 << 22 : (op.index >> 1) << 18;
  const base = op.base === NONE || op.base === RIP ? 1 << 27 : (op.base >> 1) << 23;
  return op.scale | addressing | (op.seg << 15) | index | base | (op.reg << 28);
}
