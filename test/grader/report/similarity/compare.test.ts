import { describe, expect, test } from "vitest";
import { compare } from "../../../../grader/report/similarity/compare.ts";
import { similarityPage } from "../../../../grader/report/similarity/page.ts";
import {
  FIRST,
  INDEPENDENT,
  mutants,
  relaid,
  renamed,
  reordered,
  SOLUTION,
  STARTER,
  source,
} from "./material.ts";

const template = [STARTER];
const alike = (text: string) => {
  const [pair] = compare([source("a", SOLUTION), source("b", text)], { template, threshold: 0 }).pairs;
  return pair?.similarity ?? 0;
};

describe("a copy is found", () => {
  test.each([
    ["as it is", SOLUTION, 1],
    ["with every name changed", renamed(SOLUTION), 1],
    ["with other comments, lines, literals and declarations", relaid(SOLUTION), 1],
    ["with its functions in another order", reordered(SOLUTION), 0.8],
    ["with all of this", relaid(reordered(renamed(SOLUTION))), 0.8],
  ])("%s", (_, text, least) => expect(alike(text)).toBeGreaterThanOrEqual(least));

  test("below as much code of another", () => {
    const padded = [...INDEPENDENT[0]!.files.values(), SOLUTION, ...INDEPENDENT[1]!.files.values()].join(
      "\n",
    );
    const [pair] = compare([source("a", SOLUTION), source("b", padded)], { template }).pairs;
    expect(pair!.ofLeft).toBeGreaterThan(0.95);
    expect(pair!.ofRight).toBeLessThan(0.6);
  });

  test("in a file of another name, and in two files", () => {
    const half = SOLUTION.indexOf("function virtualizable");
    const files = new Map([
      ["a/one.ts", SOLUTION.slice(0, half)],
      ["two.ipynb", SOLUTION.slice(half)],
      ["notes.md", "x"],
    ]);
    const { pairs } = compare([source("a", SOLUTION, "b.ts"), { id: "b", files }], { template });
    expect(pairs[0]!.similarity).toBe(1);
  });

  test("when the code is assembly in a string", () => {
    const [one] = mutants("02-modes-and-rings");
    const [text] = [...one!.files.values()];
    const other = text!
      .replaceAll(/\b(protected|mapped|long|gdt\w*)\b/g, "$1x")
      .replaceAll(/; +[^\n`]*/g, "; mine");
    expect(compare([one!, source("b", other)]).pairs[0]!.similarity).toBeGreaterThan(0.8);
  });
});

describe("who thought for himself is not accused", () => {
  test.each(INDEPENDENT)("$id", (independent) => {
    const sources = [source("a", SOLUTION), ...INDEPENDENT, source("b", renamed(SOLUTION))];
    const { pairs } = compare(sources, { template, threshold: 0.2 });
    expect(pairs.filter(({ left, right }) => left === independent.id || right === independent.id)).toEqual(
      [],
    );
    expect(pairs).toHaveLength(1);
  });

  test("what everybody was given is left out", () => {
    const handout = [...STARTER.files.values()][0]!;
    const found = compare([source("a", handout), source("b", handout), source("c", SOLUTION)], { template });
    expect(found.pairs).toEqual([]);
    expect(found.small).toEqual(["a", "b"]);
  });

  test("what most of a class has in common is left out", () => {
    const common = Array.from({ length: 30 }, (_, index) => source(`s${index}`, SOLUTION));
    expect(compare(common, { template })).toMatchObject({ pairs: [], compared: 30 });
    expect(
      compare([...common.slice(0, 12), ...mutants(FIRST).slice(0, 6)], { template }).pairs.length,
    ).toBeGreaterThan(60);
  });
});

test("copies of each other make a group, most similar pairs come first", () => {
  const found = compare(
    [source("z", SOLUTION), ...INDEPENDENT, source("a", reordered(SOLUTION)), source("m", renamed(SOLUTION))],
    { template },
  );
  expect(found.clusters).toEqual([["a", "m", "z"]]);
  expect(found.pairs[0]).toMatchObject({ left: "z", right: "m", similarity: 1 });
});

test("the pieces in common are lines of both, and no line stands in two", () => {
  const found = compare([source("a", SOLUTION), source("b", reordered(SOLUTION))], { template });
  const pieces = found.fragments(found.pairs[0]!);
  expect(pieces.length).toBeGreaterThan(1);
  for (const side of ["left", "right"] as const) {
    const numbers = pieces.flatMap((piece) => piece[side].map(({ number }) => number));
    expect(new Set(numbers).size).toBe(numbers.length);
  }
  expect(pieces[0]!.left[0]!.text).toBe(SOLUTION.split("\n")[pieces[0]!.left[0]!.number - 1]);
});

describe("hostile sources", () => {
  const timed = (text: string) => {
    const begun = process.cpuUsage();
    const found = compare(Array.from({ length: 3 }, (_, index) => source(`s${index}`, text)));
    for (const pair of found.pairs.slice(0, 3)) found.fragments(pair);
    // Seconds, where quadratic work would take minutes.
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(8000);
    return found;
  };

  test("one statement a hundred thousand times is no evidence", () =>
    expect(timed("a(b);".repeat(100_000))).toMatchObject({ pairs: [], cut: expect.arrayContaining(["s0"]) }));

  test.each([
    ["open brackets", "((((`${".repeat(30_000)],
    ["open strings and comments", `"${"x".repeat(1e6)}\n/* ${"`${".repeat(1000)}`],
    ["slashes and closing braces", "}/".repeat(50_000)],
    [
      "bytes of anything",
      String.fromCharCode(...Array.from({ length: 60_000 }, (_, index) => (index * 7919) % 65_536)),
    ],
  ])("%s are read to an end", (_, text) => void timed(text));
});

test("the page shows code as text", () => {
  const evil = SOLUTION.replace(
    "function classify",
    "/* </pre><script>alert(1)</script> */ function classify",
  );
  const found = compare([source("<b>a", evil), source("b", evil)], { template });
  const page = similarityPage("Lab", found, new Map([["b", "<i>Bob"]]));
  expect(page).toContain("&lt;script&gt;alert(1)");
  expect(page).toContain("&lt;i&gt;Bob");
  expect(page).not.toMatch(/<script|<i>|<b>a/);
});
