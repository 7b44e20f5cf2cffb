import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { barChart, FigureError, lineChart, stripChart, tileChart } from "../../../src/plots/index.ts";
import { rounded } from "../snapshot.ts";

const rows = ["shadow", "nested"].flatMap((pager) =>
  [1, 2, 4].flatMap((processes) =>
    [1, 2].map((seed) => ({
      pager,
      processes,
      seed,
      exits: processes * (pager === "shadow" ? 30 : 3) + seed,
    })),
  ),
);
const columns = {
  pager: { label: "pager", unit: "" },
  processes: { label: "processes", unit: "1" },
  exits: { label: "exits", unit: "per second" },
};
const text = { title: "Exits", alt: "Shadow paging exits more.", columns };
const charts = {
  line: () => lineChart(rows, { ...text, x: "processes", y: "exits", series: "pager" }),
  facets: () => lineChart(rows, { ...text, x: "processes", y: "exits", facet: "pager" }),
  bar: () => barChart(rows, { ...text, x: "processes", y: "exits", series: "pager" }),
  strip: () => stripChart(rows, { ...text, x: "exits", y: "pager", facet: "processes" }),
  tile: () => tileChart(rows, { ...text, x: "processes", y: "pager", value: "exits" }),
};

describe.each(Object.entries(charts))("%s", (name, draw) => {
  test("looks as it did", async () => {
    await expect(rounded(draw().svg)).toMatchFileSnapshot(`../snapshots/${name}.svg`);
  });
  test("has its units, its sentence and no address to load from", () => {
    const { svg, alt } = draw();
    expect(svg).toContain("exits (per second)");
    expect(svg).toContain(`role="img" aria-label="Exits. ${alt}"`);
    expect(svg.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|<script|<image/);
  });
  test("is what vega draws when it is asked the usual way", async () => {
    const { svg, spec } = draw();
    const require = createRequire(import.meta.url);
    const { compile } = require("vega-lite");
    const vega = require("vega");
    const { SVG_CONFIG } = await import("../../../src/plots/theme.ts");
    const compiled = compile(spec, { config: SVG_CONFIG }).spec;
    const usual = await new vega.View(vega.parse(compiled), { renderer: "none" }).toSVG();
    const marks = (source: string) => rounded(source).match(/<g (fill="none" stroke-miterlimit.*|class=.*)/g);
    expect(marks(svg)).toEqual(marks(usual));
  });
});

test("several runs of a point become a mean and a band, and the picture says so", () => {
  expect(charts.line().svg).toContain("mean of 2 runs a point");
  const single = lineChart(
    rows.filter(({ seed }) => seed === 1),
    { ...text, x: "processes", y: "exits", series: "pager" },
  );
  expect(single.svg).not.toContain("mean of");
});

describe("what cannot be drawn is refused with what to do", () => {
  const line =
    (change: object, data: Parameters<typeof lineChart>[0] = rows) =>
    () =>
      lineChart(data, { ...text, x: "processes", y: "exits", ...change });
  test.each([
    [
      "a column without unit",
      line({ columns: { ...columns, exits: undefined } }),
      /exits has no label and unit: add/,
    ],
    ["an unknown series", line({ series: "pagers" }), /pagers has no label and unit/],
    ["names where numbers are due", line({ y: "pager" }), /row 0: pager is shadow, a number is needed/],
    ["a hole in the rows", line({}, [{ processes: 1 }]), /row 0 has no exits; it has processes/],
    ["no rows", line({}, []), /"Exits" has no rows to draw/],
    [
      "too many series",
      line(
        { series: "processes" },
        [1, 2, 3, 4, 5].map((processes) => ({ processes, exits: 1 })),
      ),
      /processes has 5 values, more than the 4 series.*make it the facet/,
    ],
  ])("%s", (_, draw, message) => {
    expect(draw).toThrow(FigureError);
    expect(draw).toThrow(message);
  });
});
