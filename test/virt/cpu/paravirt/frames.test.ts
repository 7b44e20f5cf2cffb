/** What a frame is used for: one thing at a time, counted, checked before. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { beforeEach, describe, expect, test } from "vitest";
import { Bus } from "../../../../src/machine/bus.ts";
import { Clock } from "../../../../src/machine/clock.ts";
import { Ledger } from "../../../../src/machine/ledger.ts";
import type { TypedFrames } from "../../../../src/machine/mmu/typed-frames.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { UNIT } from "../../../../src/machine/profiles/unit.ts";
import { Trace } from "../../../../src/machine/trace.ts";
import { guestFrames } from "../../../../src/virt/cpu/paravirt/frames.ts";

const PAGE = 4096;
/** The guest's frames are 256 … 511; the monitor's are below. */
const FIRST = 256;
const MONITOR_ENTRY = 0x5003;

let bus: Bus;
let frames: TypedFrames;
let flushes: number;

beforeEach(() => {
  bus = new Bus(2 << 20);
  flushes = 0;
  const clock = new Clock();
  const ledger = new Ledger({ clock, trace: new Trace(clock), profile: UNIT, monitor: UNIT_MONITOR });
  frames = guestFrames({
    ...{ bus, ledger, base: FIRST * PAGE, count: 256, monitorEntries: [MONITOR_ENTRY] },
    flush: () => {
      flushes++;
      frames.flushed();
    },
  });
});

/** Entry `index` of the table in frame FIRST + `table`, written as the guest does before it is a table. */
function put(table: number, index: number, frame: number, bits: number): void {
  bus.view.setUint32((FIRST + table) * PAGE + 4 * index, ((FIRST + frame) * PAGE) | bits, true);
}
const entryAt = (table: number, index: number) => (FIRST + table) * PAGE + 4 * index;

describe("one use at a time", () => {
  test("what is mapped writable becomes no table; what is a table is not mapped writable", () => {
    put(1, 0, 5, 3);
    expect(frames.take(FIRST + 1, "l1")).toBe(true);
    expect(frames.use(FIRST + 5)).toBe("writable");
    expect(frames.take(FIRST + 5, "l1")).toBe(false);
    expect(frames.write(entryAt(1, 1), ((FIRST + 1) * PAGE) | 3)).toBe(false);
    expect(frames.write(entryAt(1, 1), ((FIRST + 1) * PAGE) | 1)).toBe(true);
  });

  test("a table that maps itself writable is none, and leaves nothing behind", () => {
    put(1, 0, 5, 3);
    put(1, 1, 1, 3);
    expect(frames.take(FIRST + 1, "l1")).toBe(false);
    expect([frames.use(FIRST + 1), frames.use(FIRST + 5)]).toEqual(["none", "none"]);
    expect(frames.take(FIRST + 5, "l1")).toBe(true);
  });

  test("a use lasts as long as anything uses it", () => {
    put(1, 0, 5, 3);
    put(2, 0, 5, 3);
    for (const table of [1, 2]) expect(frames.take(FIRST + table, "l1")).toBe(true);
    frames.drop(FIRST + 1);
    expect(frames.use(FIRST + 5)).toBe("writable");
    frames.drop(FIRST + 2);
    expect(frames.use(FIRST + 5)).toBe("none");
    expect(() => frames.drop(FIRST + 5)).toThrow(/invariant: frame 105/);
  });
});

describe("directories", () => {
  test("take their tables with them, and get the monitor's entries", () => {
    put(1, 0, 5, 3);
    put(0, 7, 1, 7);
    expect(frames.pin(FIRST, "l2")).toBe(true);
    expect([0, 1, 5].map((frame) => frames.use(FIRST + frame))).toEqual(["l2", "l1", "writable"]);
    expect(bus.view.getUint32(entryAt(0, 0x3f0), true)).toBe(MONITOR_ENTRY);
    expect(bus.view.getUint32(entryAt(0, 0x3f1), true)).toBe(0);
    expect(frames.unpin(FIRST)).toBe(true);
    expect([0, 1, 5].map((frame) => frames.use(FIRST + frame))).toEqual(["none", "none", "none"]);
  });

  test("pins do not count twice", () => {
    expect(frames.pin(FIRST, "l2")).toBe(true);
    expect(frames.pin(FIRST, "l2")).toBe(false);
    expect(frames.unpin(FIRST)).toBe(true);
    expect(frames.unpin(FIRST)).toBe(false);
  });

  test("a new entry is checked before, an old one given up after", () => {
    expect(frames.pin(FIRST, "l2")).toBe(true);
    expect(frames.write(entryAt(0, 3), ((FIRST + 2) * PAGE) | 7)).toBe(true);
    expect(frames.use(FIRST + 2)).toBe("l1");
    expect(frames.write(entryAt(0, 3), ((FIRST + 3) * PAGE) | 7)).toBe(true);
    expect([frames.use(FIRST + 2), frames.use(FIRST + 3)]).toEqual(["none", "l1"]);
    // Refused: the old one stays.
    expect(frames.write(entryAt(0, 3), 0x1007)).toBe(false);
    expect(frames.use(FIRST + 3)).toBe("l1");
  });

  test.each([[0x80], [0x100], [0x08], [0x10]])("an entry with bit %i is refused, here and below", (bit) => {
    expect(frames.pin(FIRST, "l2")).toBe(true);
    expect(frames.pin(FIRST + 1, "l1")).toBe(true);
    expect(frames.write(entryAt(0, 3), ((FIRST + 2) * PAGE) | 7 | bit)).toBe(false);
    expect(frames.write(entryAt(1, 3), ((FIRST + 2) * PAGE) | 7 | bit)).toBe(false);
  });
});

test("a frame that was writable since the last flush is forgotten by the TLB before it becomes a table", () => {
  put(1, 0, 5, 3);
  frames.take(FIRST + 1, "l1");
  frames.drop(FIRST + 1);
  expect(frames.take(FIRST + 5, "l1")).toBe(true);
  expect(flushes).toBe(1);
  frames.drop(FIRST + 5);
  frames.take(FIRST + 5, "l1");
  expect(flushes).toBe(1);
});

test("nobody else's frame is used for anything", () => {
  for (const frame of [0, FIRST - 1, FIRST + 256, 1 << 20]) {
    expect(frames.owns(frame)).toBe(false);
    for (const use of ["writable", "l1", "l2", "segments"] as const)
      expect(frames.take(frame, use)).toBe(false);
    expect(frames.write(frame * PAGE, 0)).toBe(false);
  }
});

/** What must hold whatever the guest asked for, found by looking at all of memory: the wrongs. */
function wrongs(pinned: ReadonlySet<number>): string[] {
  const found: string[] = [];
  const users = new Map<number, number>();
  const use = (frame: number) => users.set(frame, (users.get(frame) ?? 0) + 1);
  for (const frame of pinned) use(frame);
  for (let frame = FIRST; frame < FIRST + 256; frame++) {
    const kind = frames.use(frame);
    if (kind !== "l1" && kind !== "l2") continue;
    for (let index = 0; index < (kind === "l1" ? 1024 : 0x3f0); index++) {
      const entry = bus.view.getUint32(frame * PAGE + 4 * index, true);
      if ((entry & 1) === 0) continue;
      const target = entry >>> 12;
      const wanted = kind === "l2" ? "l1" : "writable";
      const uses = kind === "l2" || (entry & 2) !== 0;
      if (uses) use(target);
      if (!frames.owns(target)) found.push(`${frame} maps ${target}, which is somebody else's`);
      else if (uses && frames.use(target) !== wanted)
        found.push(`${frame} has ${target} as ${wanted}: it is ${frames.use(target)}`);
    }
  }
  for (let frame = FIRST; frame < FIRST + 256; frame++)
    if ((frames.use(frame) === "none") !== ((users.get(frame) ?? 0) === 0))
      found.push(`${frame} is ${frames.use(frame)}, with ${users.get(frame) ?? 0} users`);
  return found;
}

test.each([1, 2, 3, 4, 5, 6])("whatever a guest asks for, the rules hold (seed %i)", (seed) => {
  const random = xoroshiro128plus(seed);
  const below = (n: number) => uniformInt(random, 0, n - 1);
  // Few frames and few places, so that requests meet.
  const frame = () => FIRST + below(12) - (below(20) === 0 ? 20 : 0);
  const entry = () => (frame() * PAGE) | [1, 3, 5, 7, 7, 3, 0, 0x83][below(8)]!;
  const pinned = new Set<number>();
  let done = 0;
  for (let step = 0; step < 3000; step++) {
    const at = frame();
    switch (below(4)) {
      case 0:
        if (frames.pin(at, below(2) === 0 ? "l1" : "l2")) pinned.add(at);
        break;
      case 1:
        if (frames.unpin(at)) pinned.delete(at);
        break;
      case 2:
        if (frames.write(at * PAGE + 4 * below(3), entry())) done++;
        break;
      default:
        // What a guest can write without asking.
        if (frames.owns(at) && ["none", "writable"].includes(frames.use(at)))
          bus.view.setUint32(at * PAGE + 4 * below(3), entry(), true);
    }
    if (step % 50 === 0) expect(wrongs(pinned)).toEqual([]);
  }
  expect(wrongs(pinned)).toEqual([]);
  expect(done).toBeGreaterThan(100);
});
