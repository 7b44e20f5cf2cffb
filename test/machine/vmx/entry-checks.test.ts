/**
 * VM entry refuses what SDM Vol. 3, chapter 26 says that it refuses: every rule broken once, from a state that passes all. Nothing
 * outside the VMCS may change: not the host's memory, not the processor, but for the load of the host's state that an exit is.
 */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { FIRST_GENERATION } from "../../../src/machine/vmx/capabilities.ts";
import { CPU, CPU2, ENTRY_CONTROL, EXIT_CONTROL, PIN } from "../../../src/machine/vmx/controls.ts";
import { FIELD_NAMES, type FieldName } from "../../../src/machine/vmx/fields.ts";
import type { EntryResult } from "../../../src/machine/vmx/vmx.ts";
import { Rig } from "./rig.ts";

type Value = number | readonly [low: number, high: number];
type Fields = Partial<Record<FieldName, Value>>;
/** Added to what a field holds. */
type Bits = Partial<Record<FieldName, number>>;

interface Break {
  /** Part of the rule's words. */
  readonly rule: string;
  readonly set?: Fields;
  readonly or?: Bits;
  readonly qualification?: number;
}

function enter(
  { set = {}, or = {} }: Pick<Break, "set" | "or">,
  rig = new Rig(),
): { rig: Rig; result: EntryResult } {
  for (const [name, value] of Object.entries(set)) {
    const [low, high] = typeof value === "number" ? [value, 0] : value;
    rig.set(name as FieldName, low, high);
  }
  for (const [name, bits] of Object.entries(or)) rig.or(name as FieldName, bits);
  return { rig, result: rig.vmx.vmlaunch() };
}

const event = (type: number, vector: number, more = 0) => vector | (type << 8) | more | (1 << 31) | 0;
const ERROR = 1 << 11;
const BEYOND: Value = [0, 1 << 8];
const BAD_PAT: Value = [2, 0];
const UNCANONICAL: Value = [0, 0x00010000];

const CONTROLS: readonly Break[] = [
  { rule: "pin-based", set: { pinControls: 0 } },
  { rule: "pin-based", or: { pinControls: 1 << 31 } },
  { rule: "primary", set: { primaryControls: 0 } },
  { rule: "primary", or: { primaryControls: 1 } },
  { rule: "secondary", or: { primaryControls: CPU.secondary, secondaryControls: 1 << 10 } },
  ...[
    ["memory type", 1 | (3 << 3)],
    ["page-walk length", 6 | (2 << 3)],
    ["a reserved bit", 6 | (3 << 3) | (1 << 7)],
  ].map(([rule, eptPointer]) => ({
    rule: `EPT pointer: ${rule}`,
    or: { primaryControls: CPU.secondary, secondaryControls: CPU2.ept },
    set: { eptPointer: eptPointer as number },
  })),
  {
    rule: "unrestricted guest without EPT",
    or: { primaryControls: CPU.secondary, secondaryControls: CPU2.unrestricted },
  },
  {
    rule: "APIC-access",
    or: { primaryControls: CPU.secondary, secondaryControls: CPU2.apicAccesses, apicAccess: 16 },
  },
  {
    rule: "without a TPR shadow",
    or: { primaryControls: CPU.secondary, secondaryControls: CPU2.virtualInterrupts },
  },
  {
    rule: "without external-interrupt exiting",
    or: {
      primaryControls: CPU.secondary | CPU.tprShadow,
      virtualApic: 0x6000,
      secondaryControls: CPU2.virtualInterrupts,
    },
  },
  { rule: "posted interrupts without", or: { primaryControls: CPU.secondary, pinControls: PIN.posted } },
  { rule: "CR3-target", set: { cr3TargetCount: 5 } },
  { rule: "CR3-target", set: { cr3TargetCount: -1 } },
  { rule: "I/O-bitmap", or: { primaryControls: CPU.ioBitmaps, ioBitmapA: 0x6001 } },
  { rule: "I/O-bitmap", or: { primaryControls: CPU.ioBitmaps }, set: { ioBitmapB: BEYOND } },
  { rule: "MSR-bitmap", or: { primaryControls: CPU.msrBitmaps, msrBitmap: 8 } },
  { rule: "MSR-bitmap", or: { primaryControls: CPU.msrBitmaps }, set: { msrBitmap: BEYOND } },
  { rule: "virtual-APIC", or: { primaryControls: CPU.tprShadow, virtualApic: 16 } },
  {
    rule: "TPR threshold: a reserved",
    or: { primaryControls: CPU.tprShadow, virtualApic: 0x6000, tprThreshold: 16 },
  },
  {
    rule: "above the virtual TPR",
    or: { primaryControls: CPU.tprShadow, virtualApic: 0x6000, tprThreshold: 1 },
  },
  { rule: "virtual NMIs without", or: { pinControls: PIN.virtualNmis } },
  { rule: "NMI-window", or: { primaryControls: CPU.nmiWindow } },
  { rule: "VM-exit controls", set: { exitControls: 0 } },
  { rule: "VM-exit controls", or: { exitControls: 1 << 30 } },
  { rule: "preemption timer", or: { exitControls: EXIT_CONTROL.saveTimer } },
  { rule: "MSR-store", set: { exitMsrStoreCount: 1, exitMsrStore: 8 } },
  { rule: "MSR-store", set: { exitMsrStoreCount: 1, exitMsrStore: BEYOND } },
  { rule: "MSR-store", set: { exitMsrStoreCount: -1 } },
  { rule: "VM-exit MSR-load", set: { exitMsrLoadCount: 2, exitMsrLoad: [-16, 15] } },
  { rule: "VM-entry MSR-load", set: { entryMsrLoadCount: 1, entryMsrLoad: 1 } },
  { rule: "VM-entry controls", set: { entryControls: 0 } },
  { rule: "VM-entry controls", or: { entryControls: 1 << 31 } },
  { rule: "interruption type", set: { entryInterruption: event(1, 32) } },
  { rule: "interruption type", set: { entryInterruption: event(7, 0) } },
  { rule: "NMI with", set: { entryInterruption: event(2, 3) } },
  { rule: "above 31", set: { entryInterruption: event(3, 32) } },
  { rule: "deliver-error-code", set: { entryInterruption: event(3, 14) } },
  { rule: "deliver-error-code", set: { entryInterruption: event(3, 6, ERROR) } },
  { rule: "deliver-error-code", set: { entryInterruption: event(0, 14, ERROR) } },
  { rule: "interruption information", set: { entryInterruption: event(3, 6, 1 << 12) } },
  { rule: "exception error code", set: { entryInterruption: event(3, 14, ERROR), entryErrorCode: 0x10000 } },
  { rule: "instruction length", set: { entryInterruption: event(4, 0x80), entryInstructionLength: 0 } },
  { rule: "instruction length", set: { entryInterruption: event(6, 3), entryInstructionLength: 16 } },
];

const HOST: readonly Break[] = [
  { rule: "host CR0", set: { hostCr0: 0x31 } },
  { rule: "host CR0", set: { hostCr0: [0x80000031 | 0, 1] } },
  { rule: "host CR4", set: { hostCr4: 0x10 } },
  { rule: "host CR4", or: { hostCr4: 1 << 30 } },
  { rule: "host CR3", set: { hostCr3: BEYOND } },
  ...(
    [
      "hostSysenterEsp",
      "hostSysenterEip",
      "hostFsBase",
      "hostGsBase",
      "hostGdtrBase",
      "hostIdtrBase",
      "hostTrBase",
    ] as const
  ).map((name) => ({ rule: `${name} is not canonical`, set: { [name]: UNCANONICAL } })),
  { rule: "host IA32_PAT", or: { exitControls: EXIT_CONTROL.loadPat }, set: { hostPat: BAD_PAT } },
  { rule: "host IA32_EFER", or: { exitControls: EXIT_CONTROL.loadEfer }, set: { hostEfer: 0x400 } },
  { rule: "host IA32_EFER", or: { exitControls: EXIT_CONTROL.loadEfer }, set: { hostEfer: 2 } },
  ...(["hostEs", "hostCs", "hostSs", "hostDs", "hostFs", "hostGs", "hostTr"] as const).flatMap((name) => [
    { rule: `${name}: RPL or TI`, set: { [name]: 0x0b } },
    { rule: `${name}: RPL or TI`, set: { [name]: 0x0c } },
  ]),
  { rule: "hostCs is null", set: { hostCs: 0 } },
  { rule: "hostTr is null", set: { hostTr: 0 } },
  { rule: "hostSs is null", set: { hostSs: 0 } },
  { rule: "IA-32e mode on a processor", or: { exitControls: EXIT_CONTROL.host64 } },
  { rule: "IA-32e mode on a processor", or: { entryControls: ENTRY_CONTROL.guest64 } },
  { rule: "CR4.PCIDE of a 32-bit host", or: { hostCr4: 1 << 17 } },
  { rule: "hostRip of a 32-bit host", set: { hostRip: [0, 1] } },
];

const DATA_SEGMENTS = ["Es", "Ds", "Fs", "Gs"] as const;
const rights = (segment: string) => `guest${segment}Access` as FieldName;

const GUEST: readonly Break[] = [
  { rule: "guest CR0", set: { guestCr0: 0x31 } },
  { rule: "guest CR0", set: { guestCr0: 0x80000011 | 0 } },
  { rule: "guest CR4", set: { guestCr4: 0x10 } },
  { rule: "guest CR4", or: { guestCr4: 1 << 14 } },
  { rule: "IA32_DEBUGCTL", or: { entryControls: ENTRY_CONTROL.loadDebug, guestDebugctl: 4 } },
  { rule: "guest DR7", or: { entryControls: ENTRY_CONTROL.loadDebug }, set: { guestDr7: [0x400, 1] } },
  { rule: "PCIDE", or: { guestCr4: 1 << 17 } },
  { rule: "guest CR3", set: { guestCr3: BEYOND } },
  { rule: "SYSENTER", set: { guestSysenterEip: UNCANONICAL } },
  { rule: "guest IA32_PAT", or: { entryControls: ENTRY_CONTROL.loadPat }, set: { guestPat: BAD_PAT } },
  { rule: "guest IA32_EFER", or: { entryControls: ENTRY_CONTROL.loadEfer }, set: { guestEfer: 0x500 } },
  { rule: "guest IA32_EFER", or: { entryControls: ENTRY_CONTROL.loadEfer }, set: { guestEfer: [0, 1] } },

  { rule: "TR: TI", set: { guestTr: 0x1c } },
  { rule: "TR: base", set: { guestTrBase: UNCANONICAL } },
  { rule: "TR: type", set: { guestTrAccess: 0x89 } },
  { rule: "TR: S", set: { guestTrAccess: 0x9b } },
  { rule: "TR: not present", set: { guestTrAccess: 0x0b } },
  { rule: "TR: access rights", or: { guestTrAccess: 0x100 } },
  { rule: "TR: G", or: { guestTrAccess: 0x8000 } },
  { rule: "TR: a limit", set: { guestTrLimit: 0x100067 } },
  { rule: "TR: unusable", set: { guestTrAccess: 0x1008b } },
  { rule: "LDTR: TI", set: { guestLdtr: 0x0c, guestLdtrAccess: 0x82 } },
  { rule: "LDTR: base", set: { guestLdtrBase: UNCANONICAL, guestLdtrAccess: 0x82 } },
  { rule: "LDTR: type", set: { guestLdtrAccess: 0x83 } },
  { rule: "LDTR: not present", set: { guestLdtrAccess: 0x02 } },

  { rule: "SS: RPL", set: { guestSs: 0x13 } },
  { rule: "CS: base", set: { guestCsBase: [0, 1] } },
  { rule: "CS: type", set: { guestCsAccess: 0xc093 } },
  { rule: "CS: type", set: { guestCsAccess: 0xc09a } },
  { rule: "CS: S", set: { guestCsAccess: 0xc08b } },
  { rule: "CS: DPL", set: { guestCsAccess: 0xc0fb } },
  { rule: "CS: DPL", set: { guestCsAccess: 0xc0bf } },
  { rule: "CS: not present", set: { guestCsAccess: 0xc01b } },
  { rule: "CS: access rights", or: { guestCsAccess: 0x20000 } },
  { rule: "CS: G", set: { guestCsLimit: 0x12345000 } },
  { rule: "CS: a limit", set: { guestCsAccess: 0x409b } },
  { rule: "SS: type", set: { guestSsAccess: 0xc09b } },
  { rule: "SS: DPL", set: { guestSsAccess: 0xc0f3, guestCsAccess: 0xc0fb } },
  { rule: "SS: not present", set: { guestSsAccess: 0xc013 } },
  ...DATA_SEGMENTS.flatMap((name): Break[] => [
    { rule: `${name.toUpperCase()}: type`, set: { [rights(name)]: 0xc092 } },
    { rule: `${name.toUpperCase()}: type`, set: { [rights(name)]: 0xc099 } },
    { rule: `${name.toUpperCase()}: DPL`, set: { [`guest${name}`]: 0x13 } },
    { rule: `${name.toUpperCase()}: not present`, set: { [rights(name)]: 0xc013 } },
    { rule: `${name.toUpperCase()}: access rights`, or: { [rights(name)]: 0x800 } },
  ]),
  { rule: "ES: base", set: { guestEsBase: [0, 1] } },
  { rule: "FS: base", set: { guestFsBase: UNCANONICAL } },
  { rule: "ES: base is not the selector's", or: { guestRflags: 1 << 17 } },

  { rule: "GDTR: base", set: { guestGdtrBase: UNCANONICAL } },
  { rule: "IDTR: limit", set: { guestIdtrLimit: 0x10000 } },
  { rule: "guest RIP", set: { guestRip: [0, 1] } },
  { rule: "guest RFLAGS", set: { guestRflags: 0 } },
  { rule: "guest RFLAGS", set: { guestRflags: 0x2a } },
  { rule: "guest RFLAGS", set: { guestRflags: [2, 1] } },
  { rule: "RFLAGS.IF", set: { entryInterruption: event(0, 0x20) } },

  { rule: "none that there is", set: { activity: 3 } },
  { rule: "none that there is", set: { activity: 4 } },
  { rule: "inactive state under the shadow", set: { activity: 1, interruptibility: 2 } },
  { rule: "does not take", set: { activity: 1, entryInterruption: event(3, 6) } },
  { rule: "does not take", set: { activity: 2, entryInterruption: event(0, 0x20), guestRflags: 0x202 } },
  { rule: "interruptibility state", set: { interruptibility: 16 } },
  { rule: "by STI and by MOV SS", set: { interruptibility: 3, guestRflags: 0x202 } },
  { rule: "blocking by STI while", set: { interruptibility: 1 } },
  {
    rule: "interrupt injected into a shadow",
    set: { interruptibility: 2, guestRflags: 0x202, entryInterruption: event(0, 0x20) },
  },
  { rule: "NMI injected into a shadow", set: { interruptibility: 2, entryInterruption: event(2, 2) } },
  {
    rule: "NMI injected into a shadow",
    set: { interruptibility: 1, guestRflags: 0x202, entryInterruption: event(2, 2) },
    qualification: 3,
  },
  { rule: "SMI", set: { interruptibility: 4 } },
  {
    rule: "while NMIs are blocked",
    or: { pinControls: PIN.nmi | PIN.virtualNmis },
    set: { interruptibility: 8, entryInterruption: event(2, 2) },
  },
  { rule: "pending debug exceptions: a reserved", set: { pendingDebug: 16 } },
  { rule: "BS is not", set: { interruptibility: 2, guestRflags: 0x102 } },
  { rule: "BS is not", set: { interruptibility: 2, pendingDebug: 1 << 14 } },
  { rule: "link pointer", set: { vmcsLink: [0, 0] }, qualification: 4 },
  { rule: "PDPTE", set: { guestCr4: 0x2020, guestCr3: 0xa000 }, qualification: 2 },
];

/** What must stay as it is. */
function outside(rig: Rig): unknown {
  const { cpu, bus } = rig;
  return {
    ram: createHash("md5").update(bus.ram).digest("hex"),
    registers: [...cpu.r32].filter((_, n) => n !== 8 && n !== 9),
    cr: [cpu.cr0, cpu.cr2, cpu.cr3, cpu.cr4, cpu.efer],
    guest: cpu.guest,
  };
}

describe.each([
  ["controls (26.2.1)", CONTROLS, 7],
  ["host state (26.2.2 – 26.2.4)", HOST, 8],
] as const)("%s", (_, breaks, error) => {
  test.each(breaks.map((one) => [one.rule, JSON.stringify({ ...one.set, ...one.or }), one] as const))(
    "%s: %s",
    (rule, _fields, broken) => {
      const fresh = new Rig();
      const before = outside(fresh);
      const state = [fresh.cpu.ip, fresh.cpu.segments.selector.join()];
      const { rig, result } = enter(broken, fresh);
      expect(result).toMatchObject({ kind: "failed", error });
      expect((result as { rule: string }).rule).toContain(rule);
      expect(rig.get("instructionError")).toBe(error);
      expect(rig.vmcs.launched).toBe(false);
      expect(outside(rig)).toEqual(before);
      expect([rig.cpu.ip, rig.cpu.segments.selector.join()]).toEqual(state);
      expect(rig.exits).toEqual([]);
    },
  );
});

describe("guest state (26.3.1)", () => {
  test.each(GUEST.map((one) => [one.rule, JSON.stringify({ ...one.set, ...one.or }), one] as const))(
    "%s: %s",
    (rule, _fields, broken) => {
      const fresh = new Rig();
      // A PDPTE with a reserved bit, for who wants PAE.
      fresh.write32(0xa000, 3);
      // As an exit leaves it.
      fresh.cpu.cr0 = 0x80000031 | 0;
      fresh.cpu.cr3 = 0x4000;
      fresh.cpu.cr4 = 0x2010;
      const before = outside(fresh);
      const { rig, result } = enter(broken, fresh);
      expect(result).toMatchObject({ kind: "exited", reason: 33 });
      expect((result as { rule: string }).rule).toContain(rule);
      expect(rig.get("exitReason") >>> 0).toBe(0x80000021);
      expect(rig.get("exitQualification")).toBe(broken.qualification ?? 0);
      expect(rig.vmcs.launched).toBe(false);
      expect(outside(rig)).toEqual(before);
      expect(rig.cpu.ip).toBe(rig.get("hostRip"));
      expect(rig.cpu.guest).toBe(null);
    },
  );
});

test("the MSR-load list: an entry that cannot be loaded is exit 34, by its number", () => {
  const { rig, result } = enter(
    { set: { entryMsrLoadCount: 2, entryMsrLoad: 0xb000 } },
    (() => {
      const one = new Rig();
      one.write32(0xb000, 0x174);
      one.write32(0xb008, 0x1234);
      one.write32(0xb010, 0xc0000100);
      return one;
    })(),
  );
  expect(result).toMatchObject({ kind: "exited", reason: 34 });
  expect(rig.get("exitQualification")).toBe(2);
});

test("what a generation lacks is a reserved bit", () => {
  const rig = new Rig(FIRST_GENERATION);
  rig.or("primaryControls", CPU.msrBitmaps);
  expect(rig.vmx.vmlaunch()).toMatchObject({ kind: "failed", error: 7 });
});

test("launch state: VMLAUNCH of a launched VMCS, VMRESUME of a clear one", () => {
  const rig = new Rig();
  expect(rig.vmx.vmresume()).toMatchObject({ kind: "failed", error: 5 });
  expect(rig.run("hlt")).toBe("hlt");
  expect(rig.vmx.vmlaunch()).toMatchObject({ kind: "failed", error: 4 });
  rig.vmcs.clear();
  expect(rig.vmx.vmresume()).toMatchObject({ kind: "failed", error: 5 });
  expect(rig.vmx.vmlaunch()).toEqual({ kind: "entered" });
});

test("MOV SS of the host's own blocks an entry", () => {
  const rig = new Rig();
  rig.cpu.debugShadow = true;
  expect(rig.vmx.vmlaunch()).toMatchObject({ kind: "failed", error: 26 });
});

test("any value in any field: an entry is refused, or the guest runs to an exit", () => {
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return seed;
  };
  // The lists of MSRs may write where they like: they are the hypervisor's.
  const names = FIELD_NAMES.filter((name) => !/Msr(Store|Load)/.test(name));
  const kinds = new Set<string>();
  for (let round = 0; round < 150; round++) {
    const rig = new Rig();
    rig.load("again: cpuid\nmov eax, [0x500000]\njmp again");
    const page = rig.bus.ram.slice(0xc0000, 0xc1000);
    for (let n = 0; n < 1 + (round & 1); n++) {
      const name = names[(random() >>> 8) % names.length] as FieldName;
      rig.set(
        name,
        round % 3 === 0 ? rig.get(name) ^ (1 << (random() >>> 27)) : random(),
        round % 5 === 0 ? random() : 0,
      );
    }
    const result = rig.vmx.vmlaunch();
    kinds.add(result.kind);
    if (result.kind === "entered") kinds.add(rig.interpreter.run(200).reason);
    expect(Buffer.compare(rig.bus.ram.subarray(0xc0000, 0xc1000), page)).toBe(0);
  }
  expect([...kinds].sort()).toEqual(expect.arrayContaining(["entered", "exited", "failed", "monitor"]));
});
