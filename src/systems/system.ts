/**
 * A system: an engine, a pager and owners of the devices, put together as something that people know by its name. Who owns what is
 * what tells a type-1 monitor from a type-2 one (Goldberg 1973, chapter 2).
 */
import type { GuestOptions } from "../guests/index.ts";
import type { CostProfile } from "../machine/cost.ts";
import type { Machine, MachineOptions } from "../machine/machine.ts";
import { capabilitiesOf } from "../machine/vmx/capabilities.ts";
import type { Vm } from "../virt/cpu/engine.ts";

/** "bare": no monitor, though the kernel may keep its processes apart. 1: on the hardware. 2: within a host operating system. "emulator": a program of the host's. */
export type SystemType = "bare" | 1 | 2 | "emulator";

export interface System {
  /** kebab-case; the name of its file. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  readonly type: SystemType;
  /** Who, in one or two words each. */
  readonly owns: { readonly processor: string; readonly memory: string; readonly devices: string };
  /** What its guests must be built with; an unmodified guest needs nothing. */
  readonly guest: Partial<GuestOptions>;
  /** The processor that it is shown on. */
  readonly profile: CostProfile;
  /** Without this a processor cannot carry it. */
  readonly needs?: "vmx" | "ept";
  /** Modes of a kernel that its technique is for; it interprets the others. */
  readonly bits: readonly (32 | 64)[];
  /** A machine, ready for something to be loaded into it. */
  make(options: MachineOptions): Booted;
  /** A machine with the disk image as its first disk, ready to run; 32 MiB of memory unless said. */
  boot(image: Uint8Array, options?: MachineOptions): Booted;
}

/** Whether a processor has what the system needs. */
export function fitsOn({ needs }: System, profile: CostProfile): boolean {
  if (needs === undefined) return true;
  return profile.vmx !== undefined && (needs === "vmx" || capabilitiesOf(profile.id).ept !== undefined);
}

export interface Booted {
  /** What the guest believes; machine.run() runs it. */
  readonly machine: Machine;
  /** Ways out of the guest so far, by cause; empty on the bare machine. */
  readonly crossings: ReadonlyMap<string, number>;
  /** Instructions of the guest's that the processor has executed as they are, so far. */
  untouched(): number;
}

/** What createVm made. */
export const booted = ({ machine, engine }: Vm): Booted => ({
  machine,
  crossings: engine.crossings,
  untouched: () => engine.untouched,
});

const GUEST_MEMORY = 32 << 20;

/** A system as its file writes it. */
export function defineSystem(system: Omit<System, "boot">): System {
  const { profile } = system;
  return {
    ...system,
    boot: (image, options = {}) =>
      system.make({ memory: GUEST_MEMORY, profile, ...options, disks: [image, ...(options.disks ?? [])] }),
  };
}
