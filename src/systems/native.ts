/** The bare machine: what all others are compared with. */
import { Machine } from "../machine/machine.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { defineSystem } from "./system.ts";

const NOTHING: ReadonlyMap<string, number> = new Map();

export const native = defineSystem({
  name: "native",
  title: "the bare machine",
  type: "bare",
  owns: { processor: "the guest", memory: "the guest", devices: "the guest" },
  guest: {},
  bits: [32, 64],
  profile: PENTIUM_4,
  make(options) {
    const machine = new Machine(options);
    return { machine, crossings: NOTHING, untouched: () => machine.cpu.retired };
  },
});
