/** Types of frames beyond two levels; those of 32-bit tables are tested with the monitor that has them (virt/cpu/paravirt/frames.test.ts). */
import { beforeEach, describe, expect, test } from "vitest";
import { Bus } from "../../../src/machine/bus.ts";
import { Clock } from "../../../src/machine/clock.ts";
import { Ledger } from "../../../src/machine/ledger.ts";
import { ia32e } from "../../../src/machine/mmu/formats/ia32e.ts";
import { pae, paePdpteReserved } from "../../../src/machine/mmu/formats/pae.ts";
import { TypedFrames } from "../../../src/machine/mmu/typed-frames.ts";
import { UNIT_MONITOR } from "../../../src/machine/profiles/monitors/unit.ts";
import { UNIT } from "../../../src/machine/profiles/unit.ts";
import { Trace } from "../../../src/machine/trace.ts";

const PAGE = 4096;
/** The guest's frames are 256 … 511. */
const FIRST = 256;
const OPTIONS = { physicalBits: 40, pse: false, pge: false, nxe: true, gigabytePages: true };

let bus: Bus;
let flushes: number;

function framesOf(format: "pae" | "ia32e"): TypedFrames {
  const clock = new Clock();
  const ledger = new Ledger({ clock, trace: new Trace(clock), profile: UNIT, monitor: UNIT_MONITOR });
  return new TypedFrames({
    ...{ bus, ledger, base: FIRST * PAGE, count: 256 },
    ...(format === "pae"
      ? { format: pae(OPTIONS), pdpteReserved: paePdpteReserved(40), own: { first: 512, entries: [] } }
      : { format: ia32e(OPTIONS), own: { first: 510, entries: [0x5003, 0x6003] } }),
    flush: () => {
      flushes++;
    },
  });
}

const place = (table: number, index: number) => (FIRST + table) * PAGE + 8 * index;
const put = (table: number, index: number, frame: number, bits: number) =>
  bus.view.setUint32(place(table, index), (FIRST + frame) * PAGE + bits, true);
const uses = (frames: TypedFrames, ...of: number[]) => of.map((frame) => frames.use(FIRST + frame));

beforeEach(() => {
  bus = new Bus(2 << 20);
  flushes = 0;
});

describe("four levels", () => {
  test("a root takes all below it, and gives all of it back", () => {
    const frames = framesOf("ia32e");
    for (const table of [0, 1, 2]) put(table, 3, table + 1, 7);
    put(3, 9, 4, 3);
    expect(frames.rootUse).toBe("l4");
    expect(frames.take(FIRST, "l4")).toBe(true);
    expect(uses(frames, 0, 1, 2, 3, 4)).toEqual(["l4", "l3", "l2", "l1", "writable"]);
    frames.drop(FIRST);
    expect(uses(frames, 0, 1, 2, 3, 4)).toEqual(["none", "none", "none", "none", "none"]);
  });

  test("the monitor's slots of a root are its own, whatever was there", () => {
    const frames = framesOf("ia32e");
    put(0, 510, 9, 3);
    expect(frames.take(FIRST, "l4")).toBe(true);
    expect([510, 511].map((slot) => bus.view.getUint32(place(0, slot), true))).toEqual([0x5003, 0x6003]);
    expect([frames.write(place(0, 510), 0), frames.write(place(0, 509), 0)]).toEqual([false, true]);
  });

  test("a table is of one level: not a root's, nor its own", () => {
    const frames = framesOf("ia32e");
    put(0, 0, 0, 3);
    expect(frames.take(FIRST, "l4")).toBe(false);
    put(0, 0, 1, 3);
    expect(frames.take(FIRST, "l4")).toBe(true);
    expect([frames.take(FIRST + 1, "l2"), frames.take(FIRST + 1, "l3")]).toEqual([false, true]);
  });

  test("upper halves count: frames beyond 4 GiB are nobody's, reserved bits are refused, XD is not", () => {
    const frames = framesOf("ia32e");
    expect(frames.take(FIRST, "l1")).toBe(true);
    const entry = (FIRST + 5) * PAGE + 3;
    expect([1, 1 << 19, 0x80000000].map((high) => frames.write(place(0, 7), entry, high))).toEqual([
      false,
      false,
      true,
    ]);
    expect(bus.view.getUint32(place(0, 7) + 4, true)).toBe(0x80000000);
  });

  test("entries are written whole: an address in the middle of one is none", () => {
    const frames = framesOf("ia32e");
    expect(frames.write(place(0, 7) + 4, 0)).toBe(false);
  });
});

describe("PAE", () => {
  test("the root is a PDPT of four entries, which have bits of their own that must not be", () => {
    const frames = framesOf("pae");
    put(0, 0, 1, 1);
    put(0, 4, 2, 1);
    expect(frames.rootUse).toBe("l3");
    expect(frames.take(FIRST, "l3")).toBe(true);
    expect(uses(frames, 0, 1, 2)).toEqual(["l3", "l2", "none"]);
    const entry = (FIRST + 2) * PAGE;
    expect([1, 3, 5].map((bits) => frames.write(place(0, 1), entry + bits))).toEqual([true, false, false]);
    expect(frames.write(place(0, 4), entry + 1)).toBe(false);
  });
});

test("a frame that changes its use is forgotten by the processor first: a page for a table, and a table for a page", () => {
  const frames = framesOf("ia32e");
  frames.take(FIRST, "l1");
  frames.drop(FIRST);
  frames.take(FIRST, "l1");
  expect(flushes).toBe(0);
  frames.drop(FIRST);
  frames.take(FIRST, "writable");
  expect(flushes).toBe(1);
  frames.flushed();
  frames.drop(FIRST);
  frames.flushed();
  frames.take(FIRST, "l1");
  expect(flushes).toBe(1);
});

describe("frames of another's", () => {
  const FOREIGN = 40;

  function withTable(): TypedFrames {
    const frames = framesOf("ia32e");
    put(1, 7, 4, 3);
    expect(frames.take(FIRST + 1, "l1")).toBe(true);
    return frames;
  }
  const entry = () => bus.view.getUint32(place(1, 7), true);

  test("an entry of a table holds one in place of what it held, and cannot be written meanwhile", () => {
    const frames = withTable();
    expect(frames.write(place(1, 8), FOREIGN * PAGE + 1)).toBe(false);
    expect(frames.writeForeign(place(1, 7), FOREIGN, 3)).toBe(true);
    expect(entry()).toBe(FOREIGN * PAGE + 3);
    expect(uses(frames, 4)).toEqual(["none"]);
    expect([frames.write(place(1, 7), 0), frames.writeForeign(place(1, 7), FOREIGN, 1)]).toEqual([
      false,
      false,
    ]);
    frames.dropForeign(place(1, 7));
    expect([entry(), frames.write(place(1, 7), (FIRST + 4) * PAGE + 3)]).toEqual([0, true]);
  });

  test("a table that goes out of use loses it: what the guest writes there later is left alone", () => {
    const frames = withTable();
    frames.writeForeign(place(1, 7), FOREIGN, 3);
    frames.drop(FIRST + 1);
    expect(entry()).toBe(0);
    put(1, 7, 5, 3);
    frames.dropForeign(place(1, 7));
    expect(entry()).toBe((FIRST + 5) * PAGE + 3);
    expect(frames.take(FIRST + 1, "l1")).toBe(true);
  });

  test("only a level-1 table takes one, and never a frame of the guest's own", () => {
    const frames = withTable();
    expect(frames.writeForeign(place(2, 0), FOREIGN, 3)).toBe(false);
    expect(() => frames.writeForeign(place(1, 7), FIRST + 4, 3)).toThrow(/invariant: .* own/);
  });
});
