/** The bare machine: what all others are compared with. */
import { Machine } from "../machine/machine.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { GUEST_MEMORY, type System } from "./system.ts";

const NOTHING: ReadonlyMap<string, number> = new Map();

export const native: System = {
  name: "native",
  title: "the bare machine",
  type: "bare",
  owns: { processor: "the guest", memory: "the guest", devices: "the guest" },
  guest: {},
  profile: PENTIUM_4,
  boot: (image, { memory = GUEST_MEMORY, profile = PENTIUM_4 } = {}) => ({
    machine: new Machine({ memory, profile, disks: [image] }),
    crossings: NOTHING,
  }),
};
