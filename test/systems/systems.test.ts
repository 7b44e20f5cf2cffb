/** One image on every system: it boots, passes its self-test, and what it leaves behind is what it leaves on the bare machine. */
import { describe, expect, test } from "vitest";
import { buildGuest, expectedOutput, type Guest, type GuestOptions } from "../../src/guests/index.ts";
import { type CpuModel, RINGLAB } from "../../src/machine/cpu/model.ts";
import { type Fingerprint, fingerprint, unequalParts } from "../../src/machine/debug/fingerprint.ts";
import type { Machine, MachineOptions } from "../../src/machine/machine.ts";
import { findSystem, kvmVm, SYSTEMS, type System } from "../../src/systems/index.ts";
import { deprivilegedVm, firstDivergence } from "../../src/systems/trap-and-emulate.ts";
import { userSpace } from "../support/user-space.ts";

const MEMORY = 8;
const LIMIT = 50_000_000;
const NATIVE = findSystem("native")!;
const SELFTEST: GuestOptions = { workload: "selftest", timerHz: 0 };

interface Outcome {
  readonly machine: Machine;
  readonly output: string;
}

function boot(system: System, guest: Guest, options: MachineOptions = {}): Outcome {
  return end(system.boot(guest.image, { memory: MEMORY << 20, ...options }).machine);
}

function end(machine: Machine): Outcome {
  let output = "";
  machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  expect(machine.run({ limit: LIMIT }).reason).toBe("exit");
  return { machine, output };
}

/** Where programs keep a reading of the time-stamp counter. */
const stampsOf = ({ programs }: Guest) => programs.flatMap(({ symbols }) => symbols.get("cycles") ?? []);

const printOf = ({ machine }: Outcome, guest: Guest) => fingerprint(machine, stampsOf(guest));

const images = new Map([true, false].map((pv) => [pv, buildGuest({ memory: MEMORY, ...SELFTEST, pv })]));
const natives = new Map<string, { fingerprint: Fingerprint; pages: Map<number, Uint8Array> }>();

/** What the image leaves on the bare machine, whose CPUID says the same. */
function native(pv: boolean, model: CpuModel) {
  const key = `${pv} ${model.hypervisor?.join()}`;
  let left = natives.get(key);
  if (left === undefined) {
    const guest = images.get(pv)!;
    const outcome = boot(NATIVE, guest, { model });
    const { cpu, bus } = outcome.machine;
    left = { fingerprint: printOf(outcome, guest), pages: userSpace(cpu, bus) };
    natives.set(key, left);
  }
  return left;
}

/**
 * Kernels that know their monitor differ in their own memory: Xen's has machine frames in its tables and ring 1 in its segments, KVM's queues
 * requests. What their programs have is comparable. The second: the host-physical address of the guest's first byte, where its tables say that.
 */
const AWARE = [
  ["xen", 8 << 20],
  ["kvm", 0],
] as const;
const aware = (name: string) => AWARE.some(([one]) => one === name);

const unmodified = ["vmware", "vmware-vtx", "kvm-ept", "kvm", "qemu"];
const cases = [
  ...SYSTEMS.filter(({ type, name }) => type !== "bare" && !aware(name)).map((system) => ({
    name: system.name,
    pv: true,
    start: (options: MachineOptions) => system.make(options).machine,
  })),
  {
    name: "kvm without hypercalls",
    pv: true,
    start: (options: MachineOptions) => kvmVm({ ...options, mmuOp: false }).machine,
  },
  ...unmodified.map((name) => ({
    name,
    pv: false,
    start: (options: MachineOptions) => findSystem(name)!.make(options).machine,
  })),
];

describe("the self-test leaves the same machine as natively", () => {
  test.each(cases)("$name, pv: $pv", ({ pv, start }) => {
    const guest = images.get(pv)!;
    const outcome = end(start({ memory: MEMORY << 20, disks: [guest.image] }));
    expect(outcome.output).toBe(expectedOutput("selftest"));
    const bare = native(pv, outcome.machine.cpu.model);
    expect(unequalParts(bare.fingerprint, printOf(outcome, guest))).toEqual([]);
  });

  test.each(AWARE)("%s: its programs do", (name, base) => {
    const guest = images.get(true)!;
    const { machine, output } = boot(findSystem(name)!, guest);
    expect(output).toBe(expectedOutput("selftest"));
    machine.executor!.sync();
    const mine = userSpace(machine.cpu, machine.bus, base);
    const { pages } = native(true, RINGLAB);
    const stamp = stampsOf(guest)[0]!;
    for (const own of [mine, pages]) own.get(stamp & -4096)!.fill(0, stamp & 4095, (stamp & 4095) + 8);
    expect(mine.size).toBeGreaterThan(2);
    expect(mine).toEqual(pages);
  });
});

test.each(SYSTEMS)("a timer preempts and wakes on $name", (system) => {
  const parameters = { processes: 2 };
  const guest = buildGuest({ memory: MEMORY, workload: "sleep", parameters, timerHz: 1000, ...system.guest });
  // A slow processor, so that little lies between two ticks.
  const { output } = boot(system, guest, { profile: { ...system.profile, hertz: 300e6 } });
  expect(output).toBe(expectedOutput("sleep", parameters));
});

test("the unmodified kernel fails on the x86 that there was: IRETD does not give it its interrupts back", () => {
  const disks = [images.get(false)!.image];
  const found = firstDivergence(deprivilegedVm({ trapping: false, memory: MEMORY << 20, disks }), LIMIT);
  expect(found).toMatchObject({ instruction: "iretd", what: "eflags" });
  expect(found?.text).toMatch(/^IRETD at C010[0-9A-F]{4} left EFLAGS = .*\(IF is 0, not 1\)$/);
});
