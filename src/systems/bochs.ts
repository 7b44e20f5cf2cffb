/** Complete interpretation, as Bochs does it: a program of the host's that reads every instruction and does what it says. */
import { QEMU } from "../machine/profiles/monitors/qemu.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { interpretation } from "../virt/cpu/interpret.ts";
import { booted, defineSystem } from "./system.ts";

export const bochs = defineSystem({
  name: "bochs",
  title: "Bochs (interpretation)",
  type: "emulator",
  owns: { processor: "the host", memory: "the host", devices: "the emulator" },
  guest: {},
  bits: [32, 64],
  profile: PENTIUM_4,
  make(options) {
    return booted(createVm({ profile: PENTIUM_4, ...options, monitor: QEMU }, interpretation));
  },
});
