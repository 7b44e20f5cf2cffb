/** Numbers of address spaces, and what happens when they run out. */
import { describe, expect, test } from "vitest";
import { NO_EPT, Spaces } from "../../../src/machine/mmu/spaces.ts";
import { StateReader, StateWriter } from "../../../src/machine/state.ts";
import { choices } from "./random.ts";

test("a flush gives one PCID a new number, and leaves the others and the global one", () => {
  const spaces = new Spaces();
  spaces.switchTo(5);
  const five = spaces.current;
  spaces.switchTo(6);
  const six = spaces.current;
  const { global } = spaces;
  spaces.flush(5);
  expect([spaces.current, spaces.global, spaces.holds(five, 5), spaces.holds(six, 6)]).toEqual([
    six,
    global,
    false,
    true,
  ]);
  spaces.switchTo(5);
  expect(spaces.current).not.toBe(five);
});

test("flushing all reaches every PCID that was used, the current one included", () => {
  const spaces = new Spaces();
  const numbers = [1, 2, 3].map((pcid) => {
    spaces.switchTo(pcid);
    return spaces.current;
  });
  const { global } = spaces;
  spaces.flushAll(false);
  expect(numbers.map((space, i) => spaces.holds(space, i + 1))).toEqual([false, false, false]);
  expect(spaces.global).toBe(global);
  spaces.flushAll(true);
  expect(spaces.global).not.toBe(global);
});

test("when the numbers run out they begin again, with none of the old ones held", () => {
  const spaces = new Spaces();
  spaces.switchTo(7);
  // The counter of a machine that has run for a very long time, as a snapshot would bring it.
  const out = new StateWriter();
  spaces.save(out);
  const bytes = out.finish();
  const view = new DataView(bytes.buffer);
  const counter = bytes.length - 8;
  expect(view.getInt32(counter + 4, true)).toBe(7);
  view.setInt32(counter, 0x7fffffff - 4096 - 1, true);
  spaces.load(new StateReader(bytes));
  expect(spaces.exhausted).toBe(true);
  spaces.restart();
  expect([spaces.exhausted, spaces.pcid]).toEqual([false, 7]);
  expect(spaces.holds(spaces.current, 7)).toBe(true);
  expect(spaces.global).not.toBe(spaces.current);
});

/** A translation as one would write it down. */
interface Mapping {
  vpid: number;
  ept: number;
  pcid: number;
  global: boolean;
  live: boolean;
  number: number;
  slot: number;
}

/** What each operation drops, as the manual says it (SDM Vol. 3, 4.10.4.1 and 28.3.3). */
const FLUSHES: readonly [
  name: string,
  flush: (spaces: Spaces, n: number) => void,
  drops: (mapping: Mapping, vpid: number, n: number) => boolean,
][] = [
  ["MOV CR3", (s, n) => s.flush(n), (m, vpid, n) => m.vpid === vpid && m.pcid === n && !m.global],
  ["INVPCID 3", (s) => s.flushAll(false), (m, vpid) => m.vpid === vpid && !m.global],
  ["INVPCID 2", (s) => s.flushAll(true), (m, vpid) => m.vpid === vpid],
  ["INVVPID 1", (s, n) => s.flushVpid(n, true), (m, _, n) => m.vpid === n],
  ["INVVPID 3", (s, n) => s.flushVpid(n, false), (m, _, n) => m.vpid === n && !m.global],
  ["INVVPID 2", (s) => s.flushGuests(), (m) => m.vpid !== 0],
  ["INVEPT 1", (s, n) => s.flushEpt(n * 4096), (m, _, n) => m.ept === n * 4096],
  ["INVEPT 2", (s) => s.flushNested(), (m) => m.ept !== NO_EPT],
  ["TLB_CONTROL 1", (s) => s.flushEverything(), () => true],
];

describe.each([1, 2, 3])("VPIDs, EP4TAs and PCIDs, seed %i", (seed) => {
  test("every flush drops what the manual says and nothing else", () => {
    const { below, of } = choices(seed);
    let spaces = new Spaces();
    let mappings: Mapping[] = [];
    let [vpid, ept, pcid] = [0, NO_EPT, 0];
    for (let step = 0; step < 3000; step++) {
      const kind = below(20);
      if (kind < 4) {
        [vpid, ept] = [below(3), of([NO_EPT, 4096, 8192])];
        spaces.enter(vpid, ept);
      } else if (kind < 8) {
        pcid = below(3);
        spaces.switchTo(pcid);
      } else if (kind < 16) {
        const global = below(4) === 0;
        const [number, slot] = global ? [spaces.global, spaces.globalSlot] : [spaces.current, spaces.slot];
        mappings.push({ ...{ vpid, ept, pcid, global, number, slot }, live: true });
      } else if (kind < 19) {
        const n = 1 + below(2);
        const [, flush, drops] = of(FLUSHES);
        flush(spaces, n);
        for (const mapping of mappings) if (drops(mapping, vpid, n)) mapping.live = false;
      } else {
        const out = new StateWriter();
        spaces.save(out);
        spaces = new Spaces();
        spaces.load(new StateReader(out.finish()));
      }
      mappings = mappings.slice(-30);
      expect([spaces.vpid, spaces.ept, spaces.pcid]).toEqual([vpid, ept, pcid]);
      const { current, global } = spaces;
      const wrong = mappings.filter((m) => {
        const here = m.vpid === vpid && m.ept === ept && (m.global || m.pcid === pcid);
        return (
          spaces.holds(m.number, m.slot) !== m.live ||
          (m.number === current || m.number === global) !== (m.live && here) ||
          spaces.isOf(m.slot, 1) !== (m.vpid === 1) ||
          spaces.isCurrent(m.slot) !== (m.vpid === vpid && m.pcid === pcid && !m.global) ||
          spaces.isGlobal(m.slot) !== (m.vpid === vpid && m.global)
        );
      });
      expect(wrong).toEqual([]);
    }
  });
});
