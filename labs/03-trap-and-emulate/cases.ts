/** Traps, instructions and events by their few interesting properties; the rest is as it usually is. */
import type { Event, Gate, Trap, Trapped, VirtualCpu } from "./component.ts";
import type { Emulating, Injecting, Trapping } from "./scenarios.ts";

export type Some<T> = { readonly [K in keyof T]?: T[K] | undefined };

const GUEST: VirtualCpu = {
  cpl: 0,
  eip: 0xc0100200,
  eflags: 0x202,
  registers: {
    ...{ eax: 0x1000, ecx: 0x22, edx: 0x33, ebx: 0x44 },
    ...{ esp: 0xc0007f00, ebp: 0x55, esi: 0x66, edi: 0x77 },
  },
  selectors: { es: 0x23, cs: 0x08, ss: 0x10, ds: 0x23, fs: 0, gs: 0 },
  ...{ cr0: 0x80010011, cr2: 0x1234, cr3: 0x2000, cr4: 0x10 },
  stack: [0x246, 0xc0100300, 0x08, 0x202],
};

/** A guest in its kernel; with `cpl: 3` in a program. */
export function guestWith(given: Some<VirtualCpu> = {}): VirtualCpu {
  const program = given.cpl === 3;
  const base: VirtualCpu = program
    ? {
        ...GUEST,
        cpl: 3,
        eip: 0x400100,
        registers: { ...GUEST.registers, esp: 0x0fffff00 },
        selectors: { es: 0x23, cs: 0x1b, ss: 0x23, ds: 0x23, fs: 0, gs: 0 },
      }
    : GUEST;
  return { ...base, ...defined(given) };
}

const defined = <T extends object>(given: T) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;

/** "mov cr3, eax": what the disassembler would say of it. */
export function instructionOf(text: string, length: number, given: Some<Trapped> = {}): Trapped {
  const [mnemonic, ...rest] = text.split(" ") as [string];
  return {
    text,
    mnemonic: mnemonic === "pushfd" || mnemonic === "popfd" ? mnemonic.slice(0, -1) : mnemonic,
    operands: rest.length === 0 ? [] : rest.join(" ").split(", "),
    length,
    size: 4,
    sensitive: true,
    ...defined(given),
  };
}

export const trapOf = (trap: Some<Trap>, guest: Some<VirtualCpu> = {}): Trapping => ({
  trap: {
    ...{ kind: "fault", vector: 13, error: 0, cause: "guest", gateRing: -1, instruction: null },
    ...defined(trap),
  },
  guest: guestWith(guest),
});

export const emulationOf = (
  text: string,
  length: number,
  guest: Some<VirtualCpu> = {},
  given: Some<Trapped> = {},
): Emulating => ({ instruction: instructionOf(text, length, given), guest: guestWith(guest) });

export const injectionOf = (
  event: Event,
  guest: Some<VirtualCpu> = {},
  gate: Some<Gate> = {},
): Injecting => ({
  event,
  guest: guestWith(guest),
  gate: {
    ...{ type: "interrupt", cs: 0x08, eip: 0xc0104000, ss0: 0x10, esp0: 0xc0008000 },
    ...defined(gate),
  },
});
