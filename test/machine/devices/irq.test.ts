import { expect, test } from "vitest";
import { IrqWires } from "../../../src/machine/devices/irq.ts";
import { StateReader, StateWriter } from "../../../src/machine/state.ts";

function recorded(): { wires: IrqWires; seen: string[] } {
  const seen: string[] = [];
  const wires = new IrqWires();
  wires.connect({ setIrq: (irq, level) => seen.push(`${irq}${level ? "+" : "-"}`) });
  return { wires, seen };
}

test("a wire is high while any of its drivers is", () => {
  const { wires, seen } = recorded();
  const one = wires.source(11);
  const two = wires.source(11);
  one.set(true);
  two.set(true);
  one.set(false);
  expect(wires.level(11)).toBe(true);
  two.set(false);
  two.set(false);
  expect(seen).toEqual(["11+", "11-"]);
});

test("every controller hears of a change", () => {
  const { wires, seen } = recorded();
  wires.connect({ setIrq: (irq) => seen.push(`also ${irq}`) });
  wires.source(4).set(true);
  expect(seen).toEqual(["4+", "also 4"]);
});

test("levels are in the snapshot, and loading them raises nothing", () => {
  const saved = recorded();
  saved.wires.source(3).set(true);
  const out = new StateWriter();
  saved.wires.save(out);
  const { wires, seen } = recorded();
  const line = wires.source(3);
  wires.load(new StateReader(out.finish()));
  expect(seen).toEqual([]);
  expect(wires.level(3)).toBe(true);
  line.set(false);
  expect(seen).toEqual(["3-"]);
});

test("refuses a wire that is not there and one driver too many", () => {
  const wires = new IrqWires(16);
  expect(() => wires.source(16)).toThrow("interrupt 16: there are 0 … 15");
  for (let i = 0; i < 31; i++) wires.source(5);
  expect(() => wires.source(5)).toThrow("interrupt 5 has 31 drivers already");
});
