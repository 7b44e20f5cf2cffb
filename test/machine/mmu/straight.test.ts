/** TLB misses that go straight down beside the same processor on which none does: nothing tells the two apart but time. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { PAGE_TRACED } from "../../../src/machine/bus.ts";
import type { CostProfile } from "../../../src/machine/cost.ts";
import { CR0, CR4, EFER } from "../../../src/machine/cpu/cpu.ts";
import { Drive } from "../../../src/machine/mmu/drive.ts";
import type { PageShift } from "../../../src/machine/mmu/region.ts";
import { HASWELL } from "../../../src/machine/profiles/haswell.ts";
import { StateWriter } from "../../../src/machine/state.ts";
import { choices } from "./random.ts";

const SPAN = 2 ** 24;
const LONG = EFER.LME | EFER.LMA | EFER.NXE;
const {
  structureCaches: _structures,
  nestedStructureCaches: _nestedStructures,
  nestedTlb: _nestedTlb,
  walkCaches: _caches,
  ...FLAT
} = HASWELL;
/** Small, so that much is thrown out. */
const SMALL_TLBS = {
  ...FLAT,
  dtlb: { small: { entries: 16, ways: 4 } },
  stlb: { entries: 32, ways: 4 },
};

function drive(
  nested: PageShift | undefined,
  page: PageShift = 12,
  profile: CostProfile = SMALL_TLBS,
): Drive {
  return new Drive({ profile, span: SPAN, page, ...(nested !== undefined && { nested }) });
}

function pair(nested: PageShift | undefined): readonly [Drive, Drive] {
  const [straight, plain] = [drive(nested), drive(nested)];
  Object.defineProperty(plain.translation.straight, "ready", { get: () => false, set: () => {} });
  return [straight, plain];
}

function stateOf({ translation, region, clock, trace }: Drive) {
  const out = new StateWriter();
  translation.save(out);
  const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  return [clock.now, ...trace.counts, digest(out.finish()), digest(region.bus.ram)];
}

/** What touching gives: true, the error code of the page fault, or what left the guest. */
function touch({ translation }: Drive, low: number, access: number): unknown {
  try {
    return translation.touch(low, 0, access) || translation.error;
  } catch (refused) {
    return String(refused);
  }
}

describe.each([undefined, 12] as const)("EPT's pages: %s", (nested) => {
  test.each([1, 2, 3])("seed %i: the same counts, cycles, tables and TLBs after any stream", (seed) => {
    const { below, of } = choices(seed);
    const both = pair(nested);
    const fresh = Buffer.from(both[0].region.bus.ram);
    const entries = (both[0].region.bus.ram.length >>> 3) - 1;
    let faults = 0;
    for (let step = 0; step < 3000; step++) {
      const kind = below(100);
      const low = below(16) * 4096 + below(4) * 2 ** 21;
      const access = below(6);
      const entry = below(8) === 0 ? below(entries) * 8 : 4096 * (3 + below(4)) + below(16) * 8;
      const bit = 1 << of([0, 1, 2, 5, 6, 7, 8, 9, 31]);
      const pcid = below(3);
      const keep = below(2) << 31;
      const results = both.map((each) => {
        const { translation, region } = each;
        if (kind < 80) return touch(each, low, access);
        if (kind < 93) {
          const at = entry + (bit < 0 ? 4 : 0);
          region.bus.view.setInt32(at, region.bus.view.getInt32(at, true) ^ bit, true);
          translation.invalidate(low, 0);
        } else if (kind < 95) translation.invalidate(low, 0);
        else if (kind < 97) translation.loadCr3(region.root | pcid, keep);
        else if (kind === 97) translation.flush(true);
        else if (kind === 98)
          translation.setControl(CR0.PE | CR0.PG | (step & CR0.WP), CR4.PAE | CR4.PCIDE | CR4.PGE, LONG);
        else translation.setWide(true);
        return undefined;
      });
      if (typeof results[0] !== "boolean" && results[0] !== undefined) faults++;
      if (results[0] !== results[1]) expect([step, results[0]]).toEqual([step, results[1]]);
      if (step % 1000 === 999) expect(stateOf(both[0])).toEqual(stateOf(both[1]));
      // What is broken is mended, or there would soon be nothing but faults.
      if (step % 150 === 149)
        for (const each of both) {
          each.region.bus.ram.set(fresh);
          each.translation.flush(true);
        }
    }
    expect(stateOf(both[0])).toEqual(stateOf(both[1]));
    expect(faults).toBeGreaterThan(20);
    expect(both[0].counts.walks).toBeGreaterThan(1000);
  });
});

test("most misses go straight, of native tables and of two dimensions, but not of large pages nor with walk hardware", () => {
  const straightOnes = (each: Drive) => {
    const { straight } = each.translation;
    let taken = 0;
    const take = straight.take.bind(straight);
    straight.take = (low, high, access) => {
      const done = take(low, high, access);
      if (done) taken++;
      return done;
    };
    for (let n = 0; n < 4000; n++) each.translation.touch(((n * 4099) % 4096) * 4096, 0, n & 1);
    return taken / each.counts.firstLevelMisses;
  };
  expect(straightOnes(drive(undefined))).toBeGreaterThan(0.9);
  expect(straightOnes(drive(12))).toBeGreaterThan(0.9);
  expect(straightOnes(drive(21, 12))).toBe(0);
  expect(straightOnes(drive(undefined, 21))).toBe(0);
  expect(straightOnes(drive(undefined, 12, HASWELL))).toBe(0);
});

test("a mark in a page that somebody follows is no plain write", () => {
  const each = drive(undefined);
  const { bus } = each.region;
  const told: number[] = [];
  bus.onTracedWrite = (at) => told.push(at);
  bus.onPageChange = (page) => each.translation.pageChanged(page * 4096);
  each.translation.touch(0, 0, 0);
  bus.setFlag(3, PAGE_TRACED);
  each.translation.touch(4096, 0, 0);
  expect(told).toEqual([0x3008]);
});
