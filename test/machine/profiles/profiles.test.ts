/** The price lists: complete, sourced, in whole cycles, and about instructions that exist. */
import { describe, expect, test } from "vitest";
import { Op } from "../../../src/machine/cpu/op.ts";
import { mostCharged, priceName, priceOf } from "../../../src/machine/cpu/price.ts";
import { decode } from "../../../src/machine/isa/decode.ts";
import { ROWS } from "../../../src/machine/isa/table/index.ts";
import { PROFILES } from "../../../src/machine/profiles/index.ts";
import { PENTIUM_4 } from "../../../src/machine/profiles/pentium4.ts";
import { board } from "../mmu/board.ts";

const UNPRICED = new Set(["id", "name", "sources", "instructions"]);

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))("%s", (_name, profile) => {
  test("every line has a source, and every source a line", () => {
    const lines = [
      ...Object.keys(profile).filter((key) => !UNPRICED.has(key)),
      ...Object.keys(profile.instructions).map((name) => `instructions.${name}`),
    ];
    expect(Object.keys(profile.sources).sort()).toEqual(lines.sort());
  });

  test("prices are whole cycles", () => {
    const { instruction, memory, walkReference, exception, ringChange, externalInterrupt } = profile;
    const prices = {
      ...profile.instructions,
      instruction,
      memory,
      walkReference,
      exception,
      ringChange,
      externalInterrupt,
    };
    expect(Object.entries(prices).filter(([, price]) => !Number.isInteger(price) || price < 0)).toEqual([]);
    expect([profile.portAccess, profile.mmioAccess, profile.stlbHit].every(Number.isInteger)).toBe(true);
    expect(profile.instruction).toBeGreaterThan(0);
  });

  test("priced instructions are in the ISA table", () => {
    const known = new Set(ROWS.map((row) => priceName({ row })));
    expect(Object.keys(profile.instructions).filter((name) => !known.has(name))).toEqual([]);
  });

  test("no plain instruction can be charged more on its way than the interpreter allows for", () => {
    const caches = profile.walkCaches;
    const prices = [...(caches?.levels ?? []).map(({ latency }) => latency), caches?.memory ?? 0];
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    // Two operands, each over a page's end, each walk of 24 references.
    const dearest = caches?.memory ?? profile.walkReference;
    expect(4 * 24 * dearest).toBeLessThanOrEqual(mostCharged(profile));
    // A run of 32 such instructions is still counted in small integers.
    expect(32 * mostCharged(profile)).toBeLessThan(2 ** 30);
  });

  test("a memory can be made of it", () => expect(() => board(profile)).not.toThrow());
});

describe("the price of an instruction", () => {
  const priced = (bytes: number[], bits: 16 | 32 | 64 = 32) => {
    const op = new Op();
    let at = 0;
    decode(() => bytes[at++] ?? 0, bits, op);
    return priceOf(op, {
      ...PENTIUM_4,
      instruction: 2,
      memory: 3,
      instructions: { imul: 10, "mov cr": 50, "mov sreg": 20 },
    });
  };

  test.each<[string, number[], number]>([
    ["add eax, ebx", [0x01, 0xd8], 2],
    ["add [ebx], eax", [0x01, 0x03], 5],
    ["lea eax, [ebx]", [0x8d, 0x03], 2],
    ["imul eax, ebx", [0x0f, 0xaf, 0xc3], 10],
    ["imul eax, [ebx]", [0x0f, 0xaf, 0x03], 13],
    ["mov eax, [moffs]", [0xa1, 0, 0, 0, 0], 5],
    ["movsd", [0xa5], 5],
    ["mov cr3, eax", [0x0f, 0x22, 0xd8], 50],
    ["mov eax, cr3", [0x0f, 0x20, 0xd8], 2],
    ["mov ds, eax", [0x8e, 0xd8], 20],
    ["mov eax, ds", [0x8c, 0xd8], 2],
    ["invlpg [eax]", [0x0f, 0x01, 0x38], 2],
  ])("%s", (_name, bytes, price) => expect(priced(bytes)).toBe(price));
});
