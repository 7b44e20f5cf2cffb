/** Products and quotients against BigInt. */
import { test } from "vitest";
import { agree, type Model } from "./model.ts";
import { AF, ARITHMETIC, CF, mask, OF, operand, type Size, signed, szp, unsigned } from "./rig.ts";

const DE = 0;

/** The accumulator and its extension: AX, DX:AX, EDX:EAX, RDX:RAX. */
const wide = (m: Model) =>
  m.size === 1 ? m.register(0, 2) : (m.register(2) << BigInt(8 * m.size)) | m.register(0);

function setWide(m: Model, value: bigint): void {
  if (m.size === 1) m.setRegister(0, value, 2);
  else {
    m.setRegister(0, value);
    m.setRegister(2, unsigned(value >> BigInt(8 * m.size), m.size));
  }
}

function multiplied(m: Model, product: bigint, fits: boolean): void {
  m.setFlags(CF | OF, fits ? 0n : CF | OF);
  m.setFlags(0xc4n, szp(product, m.size));
  m.undefined = AF;
}

for (const [name, digit, isSigned] of [
  ["mul", 4, false],
  ["imul", 5, true],
] as const)
  test(`${name} of the accumulator`, () =>
    agree(name, {
      opcode: (size) => [size === 1 ? 0xf6 : 0xf7],
      digit,
      times: 200,
      model: (m) => {
        const [a, b] = isSigned ? [signed(m.register(0), m.size), signed(m.e, m.size)] : [m.register(0), m.e];
        const product = a * b;
        setWide(m, unsigned(product, 2 * m.size));
        const fits = isSigned ? signed(product, m.size) === product : unsigned(product, m.size) === product;
        multiplied(m, product, fits);
        return undefined;
      },
    }));

function truncated(m: Model, a: bigint, b: bigint): undefined {
  const product = signed(a, m.size) * signed(b, m.size);
  m.g = product;
  multiplied(m, product, signed(product, m.size) === product);
}

test("imul with two operands", () =>
  agree("imul", {
    opcode: () => [0x0f, 0xaf],
    sizes: [2, 4, 8],
    times: 200,
    model: (m) => truncated(m, m.g, m.e),
  }));

test("imul with three operands", () => {
  const sizes: Size[] = [2, 4, 8];
  agree("imul Ibs", {
    opcode: () => [0x6b],
    sizes,
    immediate: () => 1,
    model: (m) => truncated(m, m.e, m.immediate),
  });
  agree("imul Iz", {
    opcode: () => [0x69],
    sizes,
    immediate: (size) => Math.min(size, 4),
    model: (m) => truncated(m, m.e, m.immediate),
  });
});

for (const [name, digit, isSigned] of [
  ["div", 6, false],
  ["idiv", 7, true],
] as const)
  test(`${name}, with #DE for 0 and for what does not fit`, () =>
    agree(name, {
      opcode: (size) => [size === 1 ? 0xf6 : 0xf7],
      digit,
      times: 600,
      prepare: (registers, random, size) => {
        // Plain draws would overflow most of the time.
        if (size === 1 || random.percent(20)) return;
        const negative = isSigned && random.percent(50);
        registers[2] = negative ? mask(8) : operand(random, size) >> BigInt(random.below(8 * size + 1));
        if (random.percent(50)) registers[2] = negative ? mask(8) : 0n;
      },
      model: (m) => {
        const divisor = isSigned ? signed(m.e, m.size) : m.e;
        const dividend = isSigned ? signed(wide(m), 2 * m.size) : wide(m);
        if (divisor === 0n) return DE;
        const quotient = dividend / divisor;
        if ((isSigned ? signed(quotient, m.size) : unsigned(quotient, m.size)) !== quotient) return DE;
        const remainder = dividend % divisor;
        if (m.size === 1) m.setRegister(0, unsigned(quotient, 1) | (unsigned(remainder, 1) << 8n), 2);
        else {
          m.setRegister(0, quotient);
          m.setRegister(2, remainder);
        }
        m.undefined = ARITHMETIC;
        return undefined;
      },
    }));
