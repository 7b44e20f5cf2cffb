import { expect, test } from "vitest";
import { WorkingSets } from "../../../src/guests/streams/working-sets.ts";
import { histogram, isUniform, take } from "./take.ts";

test("each phase keeps to a window of its own and uses all of it alike", () => {
  const window = 2 ** 16;
  const { lines, writes } = take(new WorkingSets({ span: 2 ** 30, window, phase: 50_000, seed: 9 }), 150_000);
  expect(writes).toBe(0);
  const firsts = [0, 1, 2].map((phase) => {
    const part = lines.slice(50_000 * phase, 50_000 * (phase + 1));
    const first = Math.min(...new Set(part));
    const used = histogram(
      part.map((line) => line - first),
      1024,
    );
    expect(used.length).toBe(1024);
    expect(isUniform(used)).toBe(true);
    return first;
  });
  expect(new Set(firsts).size).toBe(3);
});

test("a window that does not fit is refused", () => {
  expect(() => new WorkingSets({ span: 1024, window: 2048, phase: 1, seed: 0 })).toThrow(
    "a window of 2048 bytes for 1 accesses in a region of 1024",
  );
});
