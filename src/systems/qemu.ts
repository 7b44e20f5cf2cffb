/** QEMU without a hypervisor: every instruction of the guest's is translated, for a process of the host's at ring 3. */
import { QEMU } from "../machine/profiles/monitors/qemu.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { emulation } from "../virt/cpu/emulate/engine.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { GUEST_MEMORY, type System } from "./system.ts";

export const qemu: System = {
  name: "qemu",
  title: "QEMU (full translation, TCG)",
  type: "emulator",
  owns: { processor: "the host", memory: "the host", devices: "the emulator" },
  guest: {},
  profile: PENTIUM_4,
  boot(image, { memory = GUEST_MEMORY, profile = PENTIUM_4 } = {}) {
    const { machine, engine } = createVm(
      { memory, profile, disks: [image], monitor: QEMU, apart: true },
      emulation,
    );
    return { machine, crossings: engine.crossings };
  },
};
