/** The semantics of every mnemonic of the ISA table. */
import { tooLong, undefinedOpcode } from "../guard.ts";
import type { Binder, Semantics } from "../op.ts";
import { ALU } from "./alu.ts";
import { BCD } from "./bcd.ts";
import { BITS } from "./bits.ts";
import { CONTROL } from "./control.ts";
import { CONTROL_OPS, movControl } from "./control-ops.ts";
import { EXCHANGE } from "./exchange.ts";
import { FLAG_OPS } from "./flags-ops.ts";
import { MOVE } from "./move.ts";
import { MULTIPLY_DIVIDE } from "./muldiv.ts";
import { PACKED } from "./packed.ts";
import { PORT_OPS } from "./port-ops.ts";
import { PROCESSOR_OPS } from "./processor-ops.ts";
import { movSegment, popSegmentBinder, pushSegmentBinder, SEGMENT_OPS } from "./segment-ops.ts";
import { SHIFT } from "./shift.ts";
import { SIMD_MOVE } from "./simd-move.ts";
import { SIMD_STATE } from "./simd-state.ts";
import { SSE_FLOAT } from "./sse-float.ts";
import { STACK } from "./stack-ops.ts";
import { STRING } from "./string.ts";
import { SYSCALLS } from "./syscalls.ts";
import { TABLE_OPS } from "./table-ops.ts";
import { TRANSFER_OPS } from "./transfer-ops.ts";
import { VIRTUALIZATION_OPS } from "./virtualization-ops.ts";
import { X87 } from "./x87.ts";
import { X87_COMPARE } from "./x87-compare.ts";
import { X87_CONTROL } from "./x87-control.ts";
import { X87_FUNCTIONS } from "./x87-functions.ts";
import { X87_INTEGER } from "./x87-integer.ts";
import { X87_MOVE } from "./x87-move.ts";
import { X87_PARTS } from "./x87-parts.ts";

/** Names of segment registers as operands: "ES" … "GS". */
const SEGMENT = /^[CDEFGS]S$/;

/** One mnemonic, several instructions: the operands tell. */
const mov: Binder = (op, cpu) => {
  const { operands } = op.row;
  if (operands.includes("Sw")) return movSegment(op, cpu);
  if (operands.includes("Cy") || operands.includes("Dy")) return movControl(op, cpu);
  return (MOVE.mov as Binder)(op, cpu);
};
const push: Binder = (op, cpu) =>
  (SEGMENT.test(op.row.operands[0] as string) ? pushSegmentBinder : (STACK.push as Binder))(op, cpu);
const pop: Binder = (op, cpu) =>
  (SEGMENT.test(op.row.operands[0] as string) ? popSegmentBinder : (STACK.pop as Binder))(op, cpu);

export const SEMANTICS: Semantics = {
  ...ALU,
  ...BCD,
  ...BITS,
  ...CONTROL,
  ...EXCHANGE,
  ...MOVE,
  ...MULTIPLY_DIVIDE,
  ...SHIFT,
  ...STACK,
  ...STRING,
  ...PACKED,
  ...SIMD_MOVE,
  ...SIMD_STATE,
  ...SSE_FLOAT,
  ...X87,
  ...X87_COMPARE,
  ...X87_CONTROL,
  ...X87_FUNCTIONS,
  ...X87_INTEGER,
  ...X87_MOVE,
  ...X87_PARTS,
  ...CONTROL_OPS,
  ...FLAG_OPS,
  ...PORT_OPS,
  ...PROCESSOR_OPS,
  ...SEGMENT_OPS,
  ...SYSCALLS,
  ...TABLE_OPS,
  ...TRANSFER_OPS,
  ...VIRTUALIZATION_OPS,
  mov,
  push,
  pop,
  "(undefined)": () => undefinedOpcode,
  "(too long)": () => tooLong,
};
