import { expect, test } from "vitest";
import { observable } from "../../src/plots/index.ts";

const rows = [
  { n: 1, cost: 3 },
  { n: 2, cost: 8 },
];
const figure = {
  title: "Cost <n>",
  alt: "Grows.",
  rows,
  columns: { n: { label: "n", unit: "1" }, cost: { label: "cost", unit: "cycles" } },
  x: "n",
  y: "cost",
};

test("draws Plot's marks with the axes of the columns", () => {
  const { svg, kind } = observable(figure, (Plot) => ({
    marks: [Plot.dot!(rows, { x: "n", y: "cost" })],
    y: { label: "renamed", zero: true },
  }));
  expect(kind).toBe("figure");
  expect(svg.match(/<circle/g)).toHaveLength(2);
  expect(svg).toContain("cost (cycles)");
  expect(svg).not.toContain("renamed");
  expect(svg).toContain("Cost &lt;n&gt;</text>");
});

test("refuses a column without unit, and Plot's HTML", () => {
  expect(() => observable({ ...figure, columns: {} }, () => ({}))).toThrow("n has no label and unit");
  expect(() => observable(figure, () => ({ title: "HTML" }))).toThrow("leave out legends, titles");
});
