import { expect, test } from "vitest";
import { SnapshotError, StateReader, StateWriter } from "../../src/machine/state.ts";

test("what was written is read, however often the buffer grows on the way", () => {
  const out = new StateWriter();
  for (let i = 0; i < 3000; i++) {
    out.int(-i);
    out.double(i / 3);
    out.bytes(Uint8Array.from([i, i + 1, i + 2]));
  }
  const from = new StateReader(out.finish());
  for (let i = 0; i < 3000; i++) {
    expect(from.int()).toBe(-i | 0);
    expect(from.double()).toBe(i / 3);
    expect([...from.bytes()]).toEqual([i & 255, (i + 1) & 255, (i + 2) & 255]);
  }
});

test("refuses what is not its own", () => {
  const out = new StateWriter();
  out.section("pic");
  out.array(new Int32Array(2));
  const bytes = out.finish();
  expect(() => new StateReader(bytes).section("pit")).toThrow('the snapshot has "pic" where "pit" belongs');
  const from = new StateReader(bytes);
  from.section("pic");
  expect(() => from.array(new Int32Array(3))).toThrow("the snapshot has 8 bytes where 12 belong");
  expect(() => new StateReader(bytes.subarray(0, 5)).section("pic")).toThrow(SnapshotError);
});
