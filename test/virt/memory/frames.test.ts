import { expect, test } from "vitest";
import { HostFrames, MONITOR, SHARED } from "../../../src/virt/memory/frames.ts";
import { MemoryLedger } from "../../../src/virt/memory/ledger.ts";
import { UNIT_PRICES } from "../../../src/virt/memory/prices.ts";

const rig = (total: number) => {
  const ledger = new MemoryLedger(UNIT_PRICES);
  return { ledger, frames: new HostFrames(total, ledger) };
};

test("a frame that held something is filled with zeros for the next one, and that is paid for", () => {
  const { frames, ledger } = rig(1);
  const first = frames.take(1, 10, "zero")!;
  expect(ledger.count("zero")).toBe(0);
  frames.content(first).fill(7);
  frames.drop(first);
  const second = frames.take(2, 20, "zero")!;
  expect([second, frames.content(second).every((byte) => byte === 0)]).toEqual([first, true]);
  expect(ledger.count("zero")).toBe(1);
});

test("a frame is free when its last user drops it", () => {
  const { frames } = rig(2);
  const frame = frames.take(1, 10, "zero")!;
  expect([frames.owner(frame), frames.users(frame), frames.page(frame)]).toEqual([1, 1, 10]);
  frames.share(frame);
  expect([frames.owner(frame), frames.users(frame), frames.page(frame)]).toEqual([SHARED, 2, -1]);
  expect(frames.drop(frame)).toBe(false);
  frames.own(frame, 2, 30);
  expect([frames.owner(frame), frames.page(frame)]).toEqual([2, 30]);
  expect(frames.drop(frame)).toBe(true);
  expect(frames.free).toBe(2);
});

test("what is not there is not given out, and what is free cannot be dropped", () => {
  const { frames } = rig(1);
  const frame = frames.take(MONITOR, -1, "zero")!;
  expect(frames.take(1, 0, "zero")).toBeUndefined();
  expect(() => frames.own(frame, 1, 0)).toThrow("invariant: frame 0 has 1 users");
  frames.drop(frame);
  expect(() => frames.drop(frame)).toThrow("invariant: frame 0 is free and in use");
});
