import { expect, test } from "vitest";
import { table } from "../../src/plots/index.ts";

const rows = [
  { pager: "shadow <1>", exits: 1200, share: 1 / 3, traps: true },
  { pager: "nested", exits: 3, share: 1, traps: false },
];

test("aligns numbers to the right and names to the left", () => {
  const columns = {
    pager: { label: "pager", unit: "" },
    exits: { label: "exits", unit: "per second" },
    traps: { label: "traps?", unit: "" },
  };
  expect(table(rows, { columns, caption: "Cost" }).text.split("\n")).toEqual([
    "Cost",
    "pager       exits (per second)  traps?",
    "──────────  ──────────────────  ──────",
    "shadow <1>                1200  yes",
    "nested                       3  no",
  ]);
});

test("escapes what rows hold and heads its columns", () => {
  const { source, mime } = table(rows, { caption: "a & b" });
  expect(mime).toBe("text/html");
  expect(source).toContain('<td style="text-align:left">shadow &lt;1&gt;</td>');
  expect(source).toContain('<th scope="col" style="text-align:right">exits</th>');
  expect(source).toContain("<caption>a &amp; b</caption>");
  expect(source).toContain(">0.333333<");
});

test("says how much it left out", () => {
  expect(table(rows, { limit: 1 }).text).toMatch(/… and 1 more rows$/);
});

test("refuses rows that lack a column, and no rows without columns", () => {
  expect(() => table([{ a: 1 }], { columns: { b: { label: "b", unit: "" } } })).toThrow("row 0 has no b");
  expect(() => table([])).toThrow("needs its columns");
});
