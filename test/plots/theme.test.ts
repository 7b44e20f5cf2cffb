import { describe, expect, test } from "vitest";
import { DARK, FILL, LIGHT, QUIET, SERIES } from "../../src/plots/theme.ts";

type Triple = [number, number, number];
type Matrix = [Triple, Triple, Triple];

const linear = (hex: string): Triple =>
  [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as Triple;
const times = (matrix: Matrix, vector: Triple): Triple =>
  matrix.map((row) => row.reduce((sum, factor, at) => sum + factor * vector[at]!, 0)) as Triple;

/** WCAG 2.2, "contrast ratio". */
function contrast(a: string, b: string): number {
  const [dim, bright] = [a, b]
    .map(
      (hex) =>
        times(
          [
            [0.2126, 0.7152, 0.0722],
            [0, 0, 0],
            [0, 0, 0],
          ],
          linear(hex),
        )[0],
    )
    .sort((x, y) => x - y) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

/** Full dichromacy in linear RGB: Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009. */
const EYES: Record<string, Matrix> = {
  trichromat: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanope: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranope: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanope: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Oklab (Ottosson 2020). */
function oklab(rgb: Triple): Triple {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map(Math.cbrt) as Triple;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  );
}

describe.each(Object.entries(EYES))("a %s tells the series apart", (_, eye) => {
  const pairs = SERIES.flatMap((a, at) => SERIES.slice(0, at).map((b) => [a, b] as const));
  test.each(pairs)("%s from %s", (a, b) => {
    const [left, right] = [a, b].map((hex) => oklab(times(eye, linear(hex)))) as [Triple, Triple];
    // 0.02 is about the least difference that one sees side by side in Oklab; twice that holds across a plot.
    expect(Math.hypot(...left.map((value, axis) => value - right[axis]!))).toBeGreaterThan(0.04);
  });
});

// The last two are the grounds of Vega's dark theme and of Jupyter's dark page.
test.each([LIGHT.card, DARK.card, "#FFFFFF", "#333333", "#111111"])("marks stand out from %s", (ground) => {
  for (const color of [...SERIES, QUIET]) expect(contrast(color, ground), color).toBeGreaterThanOrEqual(3);
});

test("text is readable on its ground", () => {
  for (const { ink, muted, card } of [LIGHT, DARK])
    for (const text of [ink, muted]) expect(contrast(text, card)).toBeGreaterThanOrEqual(4.5);
  for (const fill of Object.values(FILL)) expect(contrast("#FFFFFF", fill), fill).toBeGreaterThanOrEqual(4.5);
});

test("no colour means two things when the scheme turns", () => {
  const marks = [...SERIES, QUIET, ...Object.values(FILL), "#FFFFFF"].map((color) => color.toUpperCase());
  expect(Object.values(LIGHT).filter((neutral) => marks.includes(neutral.toUpperCase()))).toEqual([]);
});
