/**
 * Addresses as one types them in the debugger: hexadecimal, with names, registers, sums and segments.
 *
 *     7c00   0x7c00   main   main+10   esp-8   b800:10   cs:eip
 */
import type { Gva } from "../../machine/address.ts";
import { segments } from "../../machine/debug/descriptors.ts";
import { readRegisters } from "../../machine/debug/registers.ts";
import type { Machine } from "../../machine/machine.ts";
import { UserError } from "../errors.ts";
import type { Session } from "./session.ts";

const SEGMENT_SHIFT = 4n;

export function parseAddress(session: Session, text: string): Gva {
  const { machine } = session;
  const [, segment, rest] = /^([^:]+):(.+)$/.exec(text) ?? [undefined, undefined, text];
  const offset = sum(session, rest as string);
  return canonical(machine, segment === undefined ? offset : segmentBase(session, segment) + offset);
}

function sum(session: Session, text: string): bigint {
  const parts = text.split(/([+-])/);
  let total = term(session, parts[0] as string);
  for (let i = 1; i < parts.length; i += 2) {
    const value = term(session, parts[i + 1] as string);
    total += parts[i] === "-" ? -value : value;
  }
  return total;
}

function term({ machine, program }: Session, text: string): bigint {
  const name = text.trim();
  const symbol = program?.symbols.get(name);
  if (symbol !== undefined) return BigInt(symbol);
  const register = readRegisters(machine.cpu).get(name.toLowerCase());
  if (register !== undefined) return register;
  const [, prefixed, bare] = /^(?:0x([0-9a-f]+)|([0-9a-f]+)h?)$/i.exec(name) ?? [];
  const digits = prefixed ?? bare;
  if (digits !== undefined) return BigInt(`0x${digits}`);
  const names = program
    ? "no label, no register and no hexadecimal number"
    : "no register and no hexadecimal number";
  throw new UserError(
    `"${name}" is ${names}${program ? "" : " (labels are known when the image is given as .asm)"}`,
  );
}

/** Of a register its hidden base; of a number what it would be in real mode. */
function segmentBase(session: Session, text: string): bigint {
  const { cpu } = session.machine;
  const register = segments(cpu).find(({ name }) => name === text.trim().toLowerCase());
  if (register) return register.base;
  if (cpu.protectedMode && !cpu.v86)
    throw new UserError(
      `"${text}": in protected mode a selector is not an address: write a segment register (ds:…), or the linear address`,
    );
  return term(session, text) << SEGMENT_SHIFT;
}

function canonical({ cpu }: Machine, value: bigint): Gva {
  if (!cpu.wide) return Number(BigInt.asIntN(32, value)) as Gva;
  return Number(BigInt.asIntN(64, value)) as Gva;
}

/** A count in decimal, or with 0x; `otherwise` when it is not given. */
export function parseCount(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const [, digits, unit] = /^(0x[0-9a-f]+|\d+)([KM])?$/i.exec(text) ?? [];
  const value = Number(digits) * ({ K: 1e3, M: 1e6 }[unit?.toUpperCase() ?? ""] ?? 1);
  if (!Number.isSafeInteger(value))
    throw new UserError(`a number as 10, 200K or 5M belongs here, not "${text}"`);
  return value;
}
