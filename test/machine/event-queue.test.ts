import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { EventQueue } from "../../src/machine/event-queue.ts";

/** The same as a list that is searched. */
class Naive {
  readonly events: { time: number; value: number }[] = [];
  time = Number.NEGATIVE_INFINITY;
  get next() {
    return this.events.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY);
  }
  pop() {
    const next = this.next;
    const at = this.events.findIndex(({ time }) => time === next);
    if (at < 0) return undefined;
    this.time = next;
    return this.events.splice(at, 1)[0]!.value;
  }
  cancel(value: number): boolean {
    const at = this.events.findIndex((event) => event.value === value);
    if (at >= 0) this.events.splice(at, 1);
    return at >= 0;
  }
}

test.each([1, 2, 3, 4, 5, 6])("gives what a searched list gives, seed %i", (seed) => {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const queue = new EventQueue();
  const naive = new Naive();
  const handles: number[] = [];
  const weights = seed % 2 ? [6, 3, 1] : [5, 1, 4];
  for (let step = 0; step < 3000; step++) {
    const dice = draw(10);
    if (dice < weights[0]!) {
      const time = draw(seed * 10);
      naive.events.push({ time, value: handles.length });
      handles.push(queue.push(time, handles.length));
    } else if (dice < weights[0]! + weights[1]!) {
      expect(queue.pop()).toBe(naive.pop());
      expect(queue.time).toBe(naive.time);
    } else if (handles.length > 0) {
      const which = draw(handles.length);
      expect(queue.cancel(handles[which]!)).toBe(naive.cancel(which));
    }
    expect(queue.size).toBe(naive.events.length);
    expect(queue.next).toBe(naive.next);
  }
  while (naive.events.length > 0) expect(queue.pop()).toBe(naive.pop());
  expect(queue.pop()).toBeUndefined();
});

test("keeps the order of arrival among ten thousand at the same time", () => {
  const queue = new EventQueue();
  for (let value = 0; value < 10_000; value++) queue.push(7, value);
  for (let value = 0; value < 10_000; value++) expect(queue.pop()).toBe(value);
});

test("a time that is not a number is refused", () => {
  expect(() => new EventQueue().push(Number.NaN, 1)).toThrow(RangeError);
});
