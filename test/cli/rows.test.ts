import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { FORMATS, print } from "../../src/cli/experiment/rows.ts";

const columns = { name: { label: "name", unit: "" }, cost: { label: "cost", unit: "cycles" } };
async function* rows(...all: { name: string; cost: number }[]) {
  yield* all;
}
async function text(format: keyof typeof FORMATS, ...all: { name: string; cost: number }[]) {
  let whole = "";
  for await (const piece of FORMATS[format](rows(...all), columns)) whole += piece;
  return whole;
}
const hard = { name: 'a "b", c\nd', cost: 0.1 };

test("CSV quotes what needs it", async () => {
  expect(await text("csv", { name: "plain", cost: 2 }, hard)).toBe(
    'name,cost\nplain,2\n"a ""b"", c\nd",0.1\n',
  );
  expect(await text("csv")).toBe("name,cost\n");
});

test("JSON is one array of rows, also of none", async () => {
  expect(JSON.parse(await text("json", hard, { name: "x", cost: 1 }))).toEqual([
    hard,
    { name: "x", cost: 1 },
  ]);
  expect(JSON.parse(await text("json"))).toEqual([]);
});

test("the table has units in its head", async () => {
  expect(await text("table", { name: "x", cost: 1 })).toContain("cost (cycles)");
});

test("rows are written while they come", async () => {
  const seen: string[] = [];
  async function* slow() {
    yield hard;
    expect(seen.join("")).toMatch(/,0.1\n$/);
    yield hard;
  }
  for await (const piece of FORMATS.csv(slow(), columns)) seen.push(piece);
  expect(seen).toHaveLength(3);
});

test("a reader that goes away ends it quietly", async () => {
  let written = 0;
  const out = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) =>
      ++written === 3 ? done(Object.assign(new Error("gone"), { code: "EPIPE" })) : setImmediate(done),
  });
  let asked = 0;
  async function* endless() {
    for (;;) {
      asked++;
      yield "x".repeat(100);
    }
  }
  await print(endless(), out);
  expect(written).toBe(3);
  expect(asked).toBeLessThan(6);
});
