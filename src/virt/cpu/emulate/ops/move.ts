/** MOV and its kin: extensions, exchange, addresses, SETcc and CMOVcc, the flags that have instructions of their own. */
import { EAX, EBP, EBX, ECX, ESI, Label } from "../emitter.ts";
import { DIRECTION } from "../env.ts";
import { place, type Writer } from "../writer.ts";
import { fetchForUpdate } from "./alu.ts";
import { conditionOf, IMMEDIATE, MEMORY, OTHER, operand, type Translate } from "./operands.ts";

const SAR = 7;
const CONDITIONS = "o no b ae e ne be a s ns p np l ge le g".split(" ");

const mov: Translate = (out, op) => {
  const target = operand(op, 0);
  const source = operand(op, 1);
  if (target === OTHER || source === OTHER || op.row.operands[0] === "Rv/Mw") return false;
  const { size } = op;
  if (target === MEMORY) {
    if (!out.writable(op)) return false;
    if (source === IMMEDIATE) out.moveImmediate(EBX, op.imm);
    else out.loadRegister(EBX, source, size);
    out.address(op);
    out.write(EBX, size);
    return true;
  }
  if (source === IMMEDIATE) {
    out.storeImmediate(op.imm, EBP, place(target, size), size);
    return true;
  }
  if (source === MEMORY) {
    if (!out.readable(op)) return false;
    out.address(op);
    out.read(EBX, size);
  } else out.loadRegister(EBX, source, size);
  out.storeRegister(EBX, target, size);
  return true;
};

/** EBX ← the sign extension of its low byte or word. */
function signExtend(out: Writer, from: number): void {
  out.byte(0x0f);
  out.byte(from === 1 ? 0xbe : 0xbf);
  out.registers(EBX, EBX);
}

const extend =
  (signed: boolean): Translate =>
  (out, op) => {
    const from = op.row.operands[1] === "Eb" ? 1 : 2;
    if (op.rm < 0) {
      if (!out.readable(op)) return false;
      out.address(op);
      out.read(EBX, from);
    } else out.loadRegister(EBX, op.rm, from);
    if (signed) signExtend(out, from);
    out.storeRegister(EBX, op.reg, op.size);
    return true;
  };

const lea: Translate = (out, op) => {
  if (op.addressSize !== 4 || op.rm >= 0) return false;
  out.address(op);
  out.storeRegister(EAX, op.reg, op.size);
  return true;
};

const xchg: Translate = (out, op) => {
  const first = operand(op, 0);
  const second = operand(op, 1);
  if (first === MEMORY) {
    if (!out.writable(op)) return false;
    fetchForUpdate(out, op);
    out.loadRegister(ECX, second, op.size);
    out.move(EAX, ESI);
    out.write(ECX, op.size);
    out.storeRegister(EBX, second, op.size);
    return true;
  }
  out.loadRegister(EBX, first, op.size);
  out.loadRegister(ECX, second, op.size);
  out.storeRegister(ECX, first, op.size);
  out.storeRegister(EBX, second, op.size);
  return true;
};

/** CBW, CWDE. */
const widen: Translate = (out, op) => {
  out.loadRegister(EBX, 0, op.size / 2);
  signExtend(out, op.size / 2);
  out.storeRegister(EBX, 0, op.size);
  return true;
};

/** CWD, CDQ. */
const spread: Translate = (out, op) => {
  out.loadRegister(EBX, 0, op.size);
  if (op.size === 2) signExtend(out, 2);
  out.shift(SAR, EBX, 31);
  out.storeRegister(EBX, 2, op.size);
  return true;
};

const bswap: Translate = (out, op) => {
  if (op.size !== 4) return false;
  out.loadRegister(EBX, op.rm, 4);
  out.byte(0x0f);
  out.byte(0xc8 | EBX);
  out.storeRegister(EBX, op.rm, 4);
  return true;
};

const set: Translate = (out, op) => {
  if (op.rm < 0 && !out.writable(op)) return false;
  out.restoreFlags();
  out.opcode(0x0f90 | conditionOf(op));
  out.registers(0, EBX);
  if (op.rm >= 0) out.storeRegister(EBX, op.rm, 1);
  else {
    out.address(op);
    out.write(EBX, 1);
  }
  return true;
};

/** The source is read whatever the condition says. */
const cmov: Translate = (out, op) => {
  if (op.rm < 0) {
    if (!out.readable(op)) return false;
    out.address(op);
    out.read(ESI, op.size);
  } else out.loadRegister(ESI, op.rm, op.size);
  out.restoreFlags();
  const skip = new Label();
  out.jumpIf(conditionOf(op) ^ 1, skip);
  out.storeRegister(ESI, op.reg, op.size);
  out.place(skip);
  return true;
};

/** CLC, STC, CMC: the host's own, between the guest's flags' coming and going. */
const carry =
  (opcode: number): Translate =>
  (out, _op, live) => {
    if (!live) return true;
    out.restoreFlags();
    out.byte(opcode);
    out.saveFlags();
    return true;
  };

const direction =
  (step: number): Translate =>
  (out) => {
    out.storeImmediate(step, EBP, DIRECTION);
    return true;
  };

const nop: Translate = () => true;

export const MOVES: Readonly<Record<string, Translate>> = {
  mov,
  movzx: extend(false),
  movsx: extend(true),
  lea,
  xchg,
  cbw: widen,
  cwd: spread,
  bswap,
  ...Object.fromEntries(CONDITIONS.map((name) => [`set${name}`, set])),
  ...Object.fromEntries(CONDITIONS.map((name) => [`cmov${name}`, cmov])),
  clc: carry(0xf8),
  stc: carry(0xf9),
  cmc: carry(0xf5),
  cld: direction(1),
  std: direction(-1),
  nop,
};
