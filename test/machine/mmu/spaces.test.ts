/** Numbers of address spaces, and what happens when they run out. */
import { expect, test } from "vitest";
import { Spaces } from "../../../src/machine/mmu/spaces.ts";
import { StateReader, StateWriter } from "../../../src/machine/state.ts";

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
  const counter = bytes.length - 12;
  expect(view.getInt32(counter + 4, true)).toBe(7);
  view.setInt32(counter, 0x7fffffff - 4096 - 1, true);
  spaces.load(new StateReader(bytes));
  expect(spaces.exhausted).toBe(true);
  spaces.restart();
  expect([spaces.exhausted, spaces.pcid]).toEqual([false, 7]);
  expect(spaces.holds(spaces.current, 7)).toBe(true);
  expect(spaces.global).not.toBe(spaces.current);
});
