/** Shifts and rotates against single steps of one bit, as the SDM's pseudo-code loops over them. */
import { test } from "vitest";
import { agree, type Model } from "./model.ts";
import { AF, CF, mask, OF, type Size, szp } from "./rig.ts";

const NAMES = ["rol", "ror", "rcl", "rcr", "shl", "shr", "shl", "sar"];

function shifted(m: Model, name: string, by: bigint): void {
  const width = BigInt(8 * m.size);
  const count = by & (m.size === 8 ? 63n : 31n);
  const before = m.e;
  m.e = before;
  if (count === 0n) return;
  const top = width - 1n;
  let value = m.e;
  let carry = m.flag(CF) ? 1n : 0n;
  const turns = name === "rcl" || name === "rcr" ? count % (width + 1n) : count;
  for (let i = 0n; i < turns; i++) {
    const high = value >> top;
    const low = value & 1n;
    const shl = (value << 1n) & mask(m.size);
    const shr = value >> 1n;
    if (name === "rol") [value, carry] = [shl | high, high];
    else if (name === "ror") [value, carry] = [shr | (low << top), low];
    else if (name === "rcl") [value, carry] = [shl | carry, high];
    else if (name === "rcr") [value, carry] = [shr | (carry << top), low];
    else if (name === "shl") [value, carry] = [shl, high];
    else if (name === "shr") [value, carry] = [shr, low];
    else [value, carry] = [shr | (high << top), low];
  }
  const overflow =
    name === "rol" || name === "rcl" || name === "shl"
      ? carry ^ (value >> top)
      : name === "sar"
        ? 0n
        : (value >> top) ^ ((value >> (top - 1n)) & 1n);
  m.e = value;
  m.undefined |= count === 1n ? 0n : OF;
  m.setFlags(CF | OF, carry | (overflow ? OF : 0n));
  if (name === "shr" && count === 1n) m.setFlags(OF, before >> top ? OF : 0n);
  if (name.startsWith("s")) {
    m.setFlags(0xc4n, szp(value, m.size));
    m.undefined |= AF | (count >= width ? CF : 0n);
  }
}

const by = (wide: number, narrow: number) => (size: Size) => [size === 1 ? narrow : wide];

for (const [digit, name] of NAMES.entries()) {
  test(`${name} /${digit} by 1, by an immediate, by CL`, () => {
    agree(name, { opcode: by(0xd1, 0xd0), digit, model: (m) => void shifted(m, name, 1n) }, digit);
    agree(
      name,
      {
        opcode: by(0xc1, 0xc0),
        digit,
        immediate: () => 1,
        times: 120,
        model: (m) => void shifted(m, name, m.immediate),
      },
      digit + 10,
    );
    agree(
      name,
      { opcode: by(0xd3, 0xd2), digit, times: 120, model: (m) => void shifted(m, name, m.registers[1]!) },
      digit + 20,
    );
  });
}

function paired(m: Model, left: boolean, by: bigint): void {
  const width = BigInt(8 * m.size);
  const count = by & (m.size === 8 ? 63n : 31n);
  const before = m.e;
  m.e = before;
  if (count === 0n) return;
  const top = width - 1n;
  const [a, b] = [m.e, m.g];
  // More than the width: a, b, a in a row.
  const row = (a << (2n * width)) | (b << width) | a;
  const value = (left ? (row << count) >> (2n * width) : row >> count) & mask(m.size);
  const carry = left ? (row >> (3n * width - count)) & 1n : (row >> (count - 1n)) & 1n;
  m.e = value;
  m.setFlags(0xc4n | CF, szp(value, m.size) | carry);
  m.setFlags(OF, (before ^ value) >> top ? OF : 0n);
  m.undefined |= AF | (count === 1n ? 0n : OF);
}

for (const left of [true, false]) {
  const name = left ? "shld" : "shrd";
  const opcode = left ? 0xa4 : 0xac;
  test(`${name} by an immediate and by CL, counts above 16 of words too`, () => {
    agree(name, {
      opcode: () => [0x0f, opcode],
      sizes: [2, 4, 8],
      immediate: () => 1,
      times: 200,
      model: (m) => void paired(m, left, m.immediate),
    });
    agree(name, {
      opcode: () => [0x0f, opcode + 1],
      sizes: [2, 4, 8],
      times: 200,
      model: (m) => void paired(m, left, m.registers[1]!),
    });
  });
}
