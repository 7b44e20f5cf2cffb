import { expect, test } from "vitest";
import { sensitivityMap } from "../../src/plots/index.ts";
import { instructions } from "./figures.fixture.ts";
import { rounded } from "./snapshot.ts";

const map = sensitivityMap(instructions);

test("looks as it did", async () => {
  await expect(rounded(map.svg)).toMatchFileSnapshot("snapshots/sensitivity-map.svg");
});

test("says each verdict in words, with the instructions that escape", () => {
  expect(map.alt).toBe(
    [
      "S/360-like is virtualizable: all 2 sensitive instructions trap.",
      "PDP-10-like is hybrid-virtualizable: 1 of 2 sensitive ones escapes, in supervisor mode (JRST 1).",
      "x86-like is not virtualizable: 4 of 5 sensitive instructions escape (SMSW, POPF, SIDT, PUSHF).",
    ].join(" "),
  );
});

test("shows every instruction once, and the empty quadrant as the good news", () => {
  for (const { mnemonic } of instructions) expect(map.svg.split(`>${mnemonic}</text>`)).toHaveLength(2);
  expect(map.svg.split(">✓ nothing escapes</text>")).toHaveLength(2);
});

test("no pill leaves its quadrant or lies on another", () => {
  const many = Array.from({ length: 40 }, (_, at) => ({
    ...instructions[0]!,
    mnemonic: `OP${"X".repeat(at % 9)}${at}`,
  }));
  const spec = JSON.stringify(sensitivityMap(many).spec);
  const pills = (spec.match(/\{"isa":[^}]*\}/g) ?? []).map((text) => JSON.parse(text));
  expect(pills).toHaveLength(40);
  for (const pill of pills) {
    expect(pill.left).toBeGreaterThanOrEqual(172);
    expect(pill.right).toBeLessThanOrEqual(344);
    const across = pills.filter(({ left, right }) => left < pill.right && right > pill.left);
    const below = across.filter(({ top, bottom }) => top < pill.bottom && bottom > pill.top);
    expect(below).toEqual([pill]);
  }
});

test("without instructions there is no map", () => {
  expect(() => sensitivityMap([])).toThrow("no instructions to show");
});
