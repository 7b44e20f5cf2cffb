/** QEMU with TCG (Bellard, "QEMU, a Fast and Portable Dynamic Translator", USENIX ATC 2005): one process of the host's that translates all of the guest. */
import { QEMU } from "../machine/profiles/monitors/qemu.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { emulation } from "../virt/cpu/emulate/engine.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { booted, defineSystem } from "./system.ts";

export const qemu = defineSystem({
  name: "qemu",
  title: "QEMU (full-system translation)",
  type: "emulator",
  owns: { processor: "the host", memory: "the host", devices: "QEMU's process" },
  guest: {},
  bits: [32],
  profile: PENTIUM_4,
  make(options) {
    return booted(createVm({ profile: PENTIUM_4, ...options, monitor: QEMU, apart: true }, emulation));
  },
});
