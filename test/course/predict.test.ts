import { afterEach, beforeEach, expect, test } from "vitest";
import { predict } from "../../src/course/predict.ts";

const HOOK = Symbol.for("ringlab.display");
const global = globalThis as Record<symbol, unknown>;
let said: string[] = [];
beforeEach(() => {
  said = [];
  global[HOOK] = (bundle: Record<string, string>) => said.push(bundle["text/plain"] ?? "");
});
afterEach(() => {
  delete global[HOOK];
});

const AXES = { x: "rate", y: "share", range: [0, 1] } as const;

test("a curve is kept in order and shown", () => {
  const curve = predict(
    "a curve",
    [
      [1, 0],
      [0, 0.5],
    ],
    AXES,
  );
  expect(curve.rows("x", "y", { who: "you" })).toEqual([
    { who: "you", x: 0, y: 0.5 },
    { who: "you", x: 1, y: 0 },
  ]);
  expect(said).toEqual(["a curve\n  Recorded.\n  rate → share:  0 → 0.5,  1 → 0"]);
});

test("no answer yet is said, and gives no rows", () => {
  const open = predict("an open question", [], AXES);
  expect([open.made, open.rows("x", "y", {})]).toEqual([false, []]);
  expect(said[0]).toContain("No prediction yet");
});

test("a percentage typed for a fraction is not recorded", () => {
  expect(predict("a share", [[0.1, 90]], AXES).made).toBe(false);
  expect(said[0]).toContain("Not recorded: share lies between 0 and 1; you typed 90.");
});

test("not a number is not recorded", () => {
  expect(predict("a number", [[0.1, Number.NaN]], AXES).made).toBe(false);
  expect(said[0]).toContain("[0.1, NaN] is not a pair of numbers");
});

test("before the measurement an answer may change, afterwards the first one stands", () => {
  const ask = (y: number) => predict("a sealed question", [[0, y]], AXES);
  ask(0.1);
  expect(ask(0.2).rows("x", "y", {})).toEqual([{ x: 0, y: 0.2 }]);
  expect(ask(0.9).points).toEqual([[0, 0.2]]);
  expect(said.at(-1)).toContain("You have seen the measurement, so your first answer stands.");
  ask(0.2);
  expect(said.at(-1)).toContain("Recorded.");
});

test("the surprise is the point farthest from what was measured", () => {
  const curve = predict(
    "what surprises",
    [
      [0, 0.5],
      [1, 0.9],
      [2, 1],
    ],
    { x: "n", y: "share", range: [0, 1] },
  );
  const measured = (at: number) => [0.4, 0.12345][at];
  expect(curve.surprise("n", measured)).toBe(
    "what surprises: farthest off at n 1. You predicted 0.9, measured was 0.123.",
  );
  expect(curve.surprise("n", () => undefined)).toBe("what surprises: no prediction to compare with.");
});
