/** IN OUT INS OUTS. */
import { EVENT } from "../../trace.ts";
import { readMemory, readRegister, writeMemory, writeRegister } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import { debugging, watchPorts } from "../debug.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import { checkPorts } from "../ports.ts";
import { EAX, EDX } from "../registers.ts";
import { advanceDestination, advanceSource, destinationAddress, repeat, sourceAddress } from "../repeat.ts";

/** Ports are 8, 16 or 32 bits wide, REX.W or not. */
function width(op: Op): number {
  return op.size === 8 ? 4 : op.size;
}

function read(cpu: Cpu, port: number, size: number): number {
  const value = cpu.bus.in(port, size);
  cpu.clock.charge(cpu.prices.portAccess);
  cpu.trace.event(EVENT.portIn, port);
  if (debugging(cpu)) watchPorts(cpu, port, size);
  return value;
}

function write(cpu: Cpu, port: number, value: number, size: number): void {
  cpu.bus.out(port, value, size);
  cpu.clock.charge(cpu.prices.portAccess);
  cpu.trace.event(EVENT.portOut, port);
  if (debugging(cpu)) watchPorts(cpu, port, size);
}

function dx(cpu: Cpu): number {
  return cpu.r16[2 * EDX] as number;
}

function input(cpu: Cpu, op: Op, port: number): void {
  const size = width(op);
  checkPorts(cpu, port, size);
  writeRegister(cpu, EAX, size, read(cpu, port, size), 0);
}

function output(cpu: Cpu, op: Op, port: number): void {
  const size = width(op);
  checkPorts(cpu, port, size);
  const value = readRegister(cpu, EAX, size) & (size === 4 ? -1 : (1 << (8 * size)) - 1);
  write(cpu, port, value >>> 0, size);
}

function inImmediate(cpu: Cpu, op: Op): void {
  input(cpu, op, op.imm & 0xff);
}

function inDx(cpu: Cpu, op: Op): void {
  input(cpu, op, dx(cpu));
}

function outImmediate(cpu: Cpu, op: Op): void {
  output(cpu, op, op.imm & 0xff);
}

function outDx(cpu: Cpu, op: Op): void {
  output(cpu, op, dx(cpu));
}

/** The destination is checked before the port is read: reading may change the device. */
function insOnce(cpu: Cpu, op: Op): void {
  const at = destinationAddress(cpu, op, true);
  cpu.memory.probe(at, op.size, true);
  writeMemory(cpu, at, op.size, read(cpu, dx(cpu), op.size), 0);
  advanceDestination(cpu, op);
}

function outsOnce(cpu: Cpu, op: Op): void {
  const value = readMemory(cpu, sourceAddress(cpu, op), op.size);
  write(cpu, dx(cpu), value >>> 0, op.size);
  advanceSource(cpu, op);
}

function ins(cpu: Cpu, op: Op): void {
  checkPorts(cpu, dx(cpu), op.size);
  // Never inside a run: a write to decoded code takes the instruction back, and what came out of the port is gone by then.
  cpu.bus.onEffect();
  repeat(cpu, op, insOnce);
}

function outs(cpu: Cpu, op: Op): void {
  checkPorts(cpu, dx(cpu), op.size);
  repeat(cpu, op, outsOnce);
}

/** The string forms as well have no 64-bit port. */
const narrow =
  (handler: (cpu: Cpu, op: Op) => void): Binder =>
  (op) => {
    op.size = width(op);
    return handler;
  };

export const PORT_OPS: Semantics = {
  in: (op) => (op.row.operands[1] === "DX" ? inDx : inImmediate),
  out: (op) => (op.row.operands[0] === "DX" ? outDx : outImmediate),
  ins: narrow(ins),
  outs: narrow(outs),
};
