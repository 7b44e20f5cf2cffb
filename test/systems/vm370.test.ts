import { expect, test } from "vitest";
import { assemble, Processor, s360 } from "../../src/formal/index.ts";
import { Vm370 } from "../../src/systems/index.ts";

/** Counts in word 10; every round simulates an I/O instruction. */
const COUNTER = `
  .word 0
  .psw s,0,0,40
loop: A 10,11
  SIO 12,10
  B loop
  .word 0
  .word 0
  .word 0
  .word 0
  .word 0
total: .word 0
one: .word 1
out: .word 0
`;

function load(target: { storage: Int32Array; psw: Processor["psw"] }): void {
  const { words, labels } = assemble(s360, 256, COUNTER);
  target.storage.set(words);
  target.psw = { M: "s", P: labels.loop as number, R: { l: 0, b: 40 } };
}

test("two users take turns, and each sees what a machine of his own would do", () => {
  const vm = new Vm370({ storage: 200, slice: 7 });
  const users = ["MAINT", "OPERATOR"].map((name) => vm.logOn(name, 40));
  for (const user of users) load(user);
  vm.run(12);
  const bare = new Processor(s360, { storage: 40, radix: 256 });
  load(bare);
  bare.run(6 * 7);
  for (const user of users) {
    expect([...user.storage]).toEqual([...bare.storage]);
    expect(user.psw).toEqual(bare.psw);
  }
  expect(vm.indicate()).toEqual(
    ["MAINT", "OPERATOR"].map((user) => ({ user, steps: 42, direct: 28 / 42, simulated: 14, reflected: 0 })),
  );
});

test("a user's supervisor state is the real machine's user state, and a trap brings CP", () => {
  const vm = new Vm370({ storage: 100, slice: 1 });
  const user = vm.logOn("MAINT", 40);
  load(user);
  vm.run(1);
  expect([user.psw.M, vm.real.psw.M]).toEqual(["s", "u"]);
  vm.run(1);
  expect([user.psw.M, vm.real.psw.M]).toEqual(["s", "s"]);
});

test("what cannot be is refused", () => {
  const vm = new Vm370({ storage: 100, slice: 1 });
  vm.logOn("A", 40);
  expect(() => vm.logOn("A", 10)).toThrow("A is logged on already");
  expect(() => vm.logOn("B", 90)).toThrow("58 are left");
  expect(() => new Vm370({ storage: 100, slice: 0 })).toThrow("give 1 or more");
});
