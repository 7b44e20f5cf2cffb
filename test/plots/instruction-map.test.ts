import { expect, test } from "vitest";
import { type InstructionRow, instructionMap } from "../../src/plots/index.ts";
import { rounded } from "./snapshot.ts";

const row = (mnemonic: string, outcome: string, leak = "", published = false): InstructionRow => ({
  ...{ ring: 1, mnemonic, outcome, leak, published },
  evidence: leak && `${mnemonic} tells`,
});
const ROWS = [
  row("ADD", "same"),
  row("MOV", "differs", "protection", true),
  row("LDS", "differs", "protection"),
  row("SGDT", "differs", "tables", true),
  row("POPF", "differs", "silence", true),
  row("CLI", "traps"),
  row("SUB", "same"),
];
const map = instructionMap(ROWS);

test("looks as it did", async () => {
  await expect(rounded(map.svg)).toMatchFileSnapshot("snapshots/instruction-map.svg");
});

test("says in words how many there are of each kind, and which lie", () => {
  expect(map.alt).toBe(
    "Ring 1: 7 instructions: 2 behave the same, 1 trap, 4 do neither. These are MOV, LDS, SGDT, POPF.",
  );
});

test("names what lies and what traps; the rest are tiles", () => {
  for (const { mnemonic, outcome } of ROWS)
    expect(map.svg.split(`>${mnemonic}</text>`)).toHaveLength(outcome === "same" ? 1 : 2);
});

test("without names it tells how many and not which", () => {
  const { svg, spec, alt } = instructionMap(ROWS, { names: false });
  const told = `${svg}${JSON.stringify(spec)}${alt}`;
  expect(alt).toBe("Ring 1: 7 instructions: 2 behave the same, 1 trap, 4 do neither.");
  for (const { mnemonic } of ROWS) expect(told).not.toMatch(new RegExp(`\\b${mnemonic}\\b`));
});

test("no mark lies on another", () => {
  const many = Array.from({ length: 150 }, (_, at) =>
    row(`OP${"X".repeat(at % 9)}${at}`, at % 3 ? "same" : "differs", at % 3 ? "" : "status", at % 2 === 0),
  );
  const spec = JSON.stringify(instructionMap(many).spec);
  const marks = (spec.match(/\{"mnemonic":"OP[^}]*\}/g) ?? []).map((text) => JSON.parse(text));
  expect(marks).toHaveLength(150);
  for (const mark of marks) {
    const sameView = marks.filter(({ kind }) => /same in/.test(kind) === /same in/.test(mark.kind));
    const across = sameView.filter(({ left, right }) => left < mark.right && right > mark.left);
    expect(across.filter(({ top, bottom }) => top < mark.bottom && bottom > mark.top)).toEqual([mark]);
  }
});

test("without instructions there is no map", () => {
  expect(() => instructionMap([])).toThrow("no instructions to show");
});
