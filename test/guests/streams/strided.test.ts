import { expect, test } from "vitest";
import { Strided } from "../../../src/guests/streams/strided.ts";
import { take } from "./take.ts";

test("steps around the region", () => {
  expect(take(new Strided({ span: 1024, stride: 192 }), 8).lines).toEqual([0, 3, 6, 9, 12, 15, 2, 5]);
});

test("a stride within a line stays there for a while", () => {
  expect(take(new Strided({ span: 4096, stride: 24, write: true }), 6)).toEqual({
    lines: [0, 0, 0, 1, 1, 1],
    writes: 6,
  });
});

test("goes on where it was, beyond 4 GiB too", () => {
  const stream = new Strided({ span: 2 ** 36, stride: 2 ** 34 });
  expect([...take(stream, 3).lines, ...take(stream, 3).lines]).toEqual(
    [0, 1, 2, 3, 0, 1].map((n) => n * 2 ** 28),
  );
});

test("a stride that does not fit is refused", () => {
  expect(() => new Strided({ span: 1024, stride: 2048 })).toThrow(
    "a stride of 2048 bytes in a region of 1024",
  );
});
