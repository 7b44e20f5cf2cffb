/**
 * Random fragments on the bare machine and translated: registers, flags, memory and the place of a fault are the same.
 * RINGLAB_FRAGMENTS=100000 runs more, RINGLAB_SEED others.
 */
import { expect, test } from "vitest";
import type { Gpa } from "../../../../src/machine/address.ts";
import { disassemble } from "../../../../src/machine/isa/index.ts";
import { Machine } from "../../../../src/machine/machine.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { emulation } from "../../../../src/virt/cpu/emulate/engine.ts";
import { createVm } from "../../../../src/virt/cpu/engine.ts";
import { CODE, fragment, furnish, outcome, place, Random } from "./fragments.ts";

const COUNT = Number(process.env.RINGLAB_FRAGMENTS ?? 1000);
const SEED = Number(process.env.RINGLAB_SEED ?? 1);
const MEMORY = 8 << 20;
const LIMIT = 2000;

test(`${COUNT} fragments do what they do on the bare machine`, { timeout: 3_600_000 }, () => {
  const random = new Random(SEED);
  const native = new Machine({ memory: MEMORY, firmware: false });
  const { machine } = createVm(
    // So little for translations that they are thrown away many times.
    { memory: MEMORY, reserve: 1 << 20, firmware: false, monitor: UNIT_MONITOR, apart: true },
    emulation,
  );
  furnish(native);
  furnish(machine);
  let halted = 0;
  for (let n = 0; n < COUNT; n++) {
    const one = fragment(random);
    place(native, one);
    place(machine, one);
    const { reason } = native.run({ limit: LIMIT });
    if (reason === "limit") {
      // It went astray: the worlds must be alike again.
      native.bus.dmaWrite(0 as Gpa, machine.bus.ram);
      for (const world of [native, machine]) furnish(world);
      continue;
    }
    const expected = outcome(native, reason);
    const found = outcome(machine, machine.run({ limit: 100 * LIMIT }).reason);
    if (found !== expected)
      expect(`${n}\n${listing(one.code)}\n${found}`).toBe(`${n}\n${listing(one.code)}\n${expected}`);
    if (reason === "halt") halted++;
  }
  expect(halted).toBeGreaterThan(COUNT * 0.9);
});

const listing = (code: Uint8Array): string =>
  disassemble(code, { origin: CODE })
    .map(({ address, text }) => `${address.toString(16)} ${text}`)
    .join("\n");
