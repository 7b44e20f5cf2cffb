import fc from "fast-check";
import { expect, test } from "vitest";
import { readCsv, writeCsv } from "../../../../grader/report/csv/file.ts";

test.each([
  ["=1+1", "'=1+1"],
  ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
  ["-2+3", "'-2+3"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["  =1", "'  =1"],
  ["＝1+1", "'＝1+1"],
  ["'=1", "''=1"],
  ["-2", "-2"],
  ["O'Brien", "O'Brien"],
])("%j is written as %j", (cell, written) => expect(writeCsv([[cell]])).toBe(`${written}\n`));

test("what is written is read back, whatever it is", () => {
  const piece = fc.constantFrom("=", "'", '"', ",", ";", "\n", "\t", "-", "@", "a", " b", "é", "1");
  const cell = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("").trim());
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
      const text = writeCsv([
        ["id", "points"],
        ...cells.map((each) => [`x${each}`, 1]),
        ...cells.map((each) => [each, "x"]),
      ]);
      const back = readCsv(text, "t.csv", ["id", "points"], ["id"]).map((row) => row.cells.id);
      expect(back).toEqual([...cells.map((each) => `x${each}`), ...cells]);
    }),
    { seed: 3, numRuns: 300 },
  );
});
