import { expect, test } from "vitest";
import { diagram, ink, svg } from "../../src/plots/index.ts";

test("texts are escaped, pieces and lists of pieces are not", () => {
  const name = '<script>"&"';
  const dots = [1, 2].map((x) => svg`<circle cx="${x}"/>`);
  const piece = svg`<text>${name}</text>${dots}${false}${undefined}`;
  expect(piece.markup).toBe('<text>&lt;script&gt;&quot;&amp;&quot;</text><circle cx="1"/><circle cx="2"/>');
});

test("an object that only looks like a piece is text", () => {
  const forged = { markup: "<script/>" } as never;
  expect(svg`${forged}`.markup).toBe("[object Object]");
});

test("a coordinate that is no number is named", () => {
  expect(() => svg`<rect x="${Number.NaN}"/>`).toThrow("a coordinate is NaN");
});

test("the figure has a ground of its own that turns with the scheme", () => {
  const figure = diagram(
    { title: "A <b>", alt: "x", width: 100, height: 40 },
    svg`<rect fill="${ink.muted}"/>`,
  );
  expect(figure.svg).toContain('width="128" height="68"');
  expect(figure.svg).toContain('aria-label="A &lt;b&gt;. x"');
  expect(figure.svg).toMatch(/@media \(prefers-color-scheme:dark\).*\[fill="#59636E"\]\{fill:#A3ADB8\}/);
});
