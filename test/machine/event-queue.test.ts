import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { EventQueue } from "../../src/machine/event-queue.ts";
import { SnapshotError, StateReader, StateWriter } from "../../src/machine/state.ts";

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
  for (let step = 0; step < 1500; step++) {
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

const DISTRIBUTIONS: Record<string, (draw: (below: number) => number) => number> = {
  "all equal": () => 0,
  constant: () => 1000,
  exponential: (draw) => -1000 * Math.log((draw(1 << 24) + 1) / (1 << 24)),
  "a few whole numbers": (draw) => draw(4),
  bimodal: (draw) => (draw(10) ? 0 : 1000) + draw(1000) / 1000,
  "far future": (draw) => (draw(50) ? draw(1000) / 1000 : 1e300 * draw(1000)),
  "forty powers of two": (draw) => 2 ** (draw(40_000) / 1000),
  "before the last": (draw) => draw(2000) - 1500,
};

test.each(Object.keys(DISTRIBUTIONS))("a thousand pending, times after the last: %s", (name) => {
  const generator = xoroshiro128plus(77);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const after = DISTRIBUTIONS[name]!;
  const queue = new EventQueue();
  const naive = new Naive();
  const handles: number[] = [];
  const push = (now: number) => {
    const time = now + after(draw);
    naive.events.push({ time, value: handles.length });
    handles.push(queue.push(time, handles.length));
  };
  for (let i = 0; i < 1000; i++) push(0);
  for (let turn = 0; turn < 5000; turn++) {
    const value = naive.pop();
    if (queue.pop() !== value || queue.time !== naive.time) expect.fail(`turn ${turn} should give ${value}`);
    push(queue.time);
    if (draw(5) > 0) continue;
    const which = Math.max(0, handles.length - 1 - draw(1500));
    if (queue.cancel(handles[which]!) !== naive.cancel(which)) expect.fail(`turn ${turn}: cancel ${which}`);
    else while (naive.events.length < 1000) push(queue.time);
  }
  expect(queue.size).toBe(naive.events.length);
});

test("grows from a handful to a hundred thousand and is empty again", () => {
  const queue = new EventQueue();
  const generator = xoroshiro128plus(5);
  for (let value = 0; value < 100_000; value++) queue.push(uniformInt(generator, 0, 50_000), value);
  let [time, last] = [-1, -1];
  for (let left = 100_000; left > 0; left--) {
    const value = queue.pop()!;
    if (queue.time < time || (queue.time === time && value < last))
      expect.fail(`${value} comes after ${last}`);
    [time, last] = [queue.time, value];
  }
  expect(queue.size).toBe(0);
  expect(queue.next).toBe(Number.POSITIVE_INFINITY);
});

const saved = (queue: EventQueue): Uint8Array => {
  const out = new StateWriter();
  queue.save(out);
  return out.finish();
};
const loaded = (bytes: Uint8Array): EventQueue => {
  const queue = new EventQueue();
  queue.load(new StateReader(bytes));
  return queue;
};

test("goes on from a snapshot with the same events, handles and later snapshots", () => {
  const draw = (
    (generator) => (below: number) =>
      uniformInt(generator, 0, below - 1)
  )(xoroshiro128plus(9));
  const queue = new EventQueue();
  const handles: number[] = [];
  for (let value = 0; value < 300; value++) handles.push(queue.push(draw(20), value));
  for (let i = 0; i < 100; i++) i % 3 ? queue.pop() : queue.cancel(handles[draw(300)]!);
  const other = loaded(saved(queue));
  for (let i = 0; i < 500; i++) {
    const [time, which] = [draw(40), draw(300)];
    expect(other.push(time, i)).toBe(queue.push(time, i));
    expect(other.cancel(handles[which]!)).toBe(queue.cancel(handles[which]!));
    expect([other.pop(), other.time, other.next, other.size]).toEqual([
      queue.pop(),
      queue.time,
      queue.next,
      queue.size,
    ]);
  }
  expect(saved(other)).toEqual(saved(queue));
});

test("a broken snapshot is refused, and breaks nothing", () => {
  const queue = new EventQueue();
  for (let value = 0; value < 100; value++) queue.push(value % 7, value);
  const good = saved(queue);
  const generator = xoroshiro128plus(3);
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    const bytes = good.slice();
    bytes[uniformInt(generator, 0, (i % 2 ? 60 : bytes.length) - 1)]! ^= 1 << uniformInt(generator, 0, 7);
    try {
      const other = loaded(bytes);
      let popped = 0;
      while (other.pop() !== undefined) popped++;
      expect(popped).toBe(100);
    } catch (error) {
      expect(error).toBeInstanceOf(SnapshotError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(200);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])("a time of %d is refused", (time) => {
  expect(() => new EventQueue().push(time, 1)).toThrow(/event's time is/);
});

test("what was never a handle cancels nothing", () => {
  const queue = new EventQueue();
  const handle = queue.push(1, 1);
  for (const not of [0, 1, -1, 0.5, Number.NaN, handle + 1000, 2 ** 53])
    expect(queue.cancel(not)).toBe(false);
  expect(queue.pop()).toBe(1);
});
