import { describe, expect, test } from "vitest";
import { buildGuest, expectedOutput } from "../../src/guests/index.ts";
import { Clock } from "../../src/machine/clock.ts";
import type { CostProfile } from "../../src/machine/cost.ts";
import { EAX, EBX, ECX, EDX } from "../../src/machine/cpu/registers.ts";
import { Ledger } from "../../src/machine/ledger.ts";
import { findProfile } from "../../src/machine/profiles/index.ts";
import { UNIT_MONITOR } from "../../src/machine/profiles/monitors/unit.ts";
import { UNIT } from "../../src/machine/profiles/unit.ts";
import { Trace } from "../../src/machine/trace.ts";
import { KVM_DEVICES, kvmVm } from "../../src/systems/index.ts";
import { KVM_FEATURE, kvmCalls } from "../../src/systems/kvm-calls.ts";
import { Sentinels } from "../../src/virt/cpu/requirements.ts";
import { pagedSector } from "../virt/cpu/engine.cases.ts";

const MEMORY = 8 << 20;

test.each([
  ["port", 0x20, 0],
  ["port", 0x61, 0],
  ["memory", 0xfee000b0, 0],
  ["memory", 0xfec00010, 0],
  ["port", 0x80, 1],
  ["port", 0x1f0, 1],
  ["memory", 0xfebf0000, 1],
] as const)("%s %i makes %i system calls of the host's", (kind, at, calls) => {
  const clock = new Clock();
  const trace = new Trace(clock);
  const ledger = new Ledger({ clock, trace, profile: UNIT, monitor: UNIT_MONITOR });
  KVM_DEVICES.access(kind, at, ledger);
  expect([trace.count("hostCall"), trace.count("device")]).toEqual([calls, 1]);
});

/** Cycles of one pass of a loop's body in ring 0. */
function costOf(body: string, profile: CostProfile): number {
  const cycles = (passes: number) => {
    const program = `mov esi, ${passes}\nagain:\n ${body}\n dec esi\n jnz again\n cli\n hlt`;
    const { machine } = kvmVm({ memory: MEMORY, profile, disks: [pagedSector(program)] });
    expect(machine.run({ limit: 1_000_000 }).reason).toBe("halt");
    return machine.clock.now;
  };
  return (cycles(150) - cycles(50)) / 100;
}

/** The order of Dall et al., "ARM Virtualization: Performance and Architectural Implications" (ISCA 2016), Table II, on a Sandy Bridge. */
test("a hypercall costs less than a device of the kernel's, and that less than one of QEMU's", () => {
  const profile = findProfile("sandybridge")!;
  const [hypercall, kernel, user] = ["mov eax, 77\n vmcall", "in al, 0x21", "in al, 0x80"].map((body) =>
    costOf(body, profile),
  );
  expect(hypercall).toBeLessThan(kernel!);
  expect(kernel).toBeLessThan(0.5 * user!);
});

describe("KVM_HC_MMU_OP", () => {
  const PARAMETERS = { iterations: 3 };

  function boot(mmuOp: boolean, batch = true) {
    const guest = buildGuest({ workload: "fork", parameters: PARAMETERS, memory: 8, batch, timerHz: 0 });
    const vm = kvmVm({ memory: MEMORY, disks: [guest.image], mmuOp });
    const sentinels = new Sentinels(vm.host);
    let output = "";
    vm.machine.onSerial((byte) => {
      output += String.fromCharCode(byte);
    });
    vm.machine.run({ limit: 10_000_000 });
    expect(output).toBe(expectedOutput("fork", PARAMETERS));
    expect(sentinels.changed()).toEqual([]);
    return { ...vm, calls: vm.engine.crossings.get("vmcall") ?? 0 };
  }

  test("a guest that is offered it writes its page tables so, many entries with one exit", () => {
    const [without, single, batched] = [boot(false), boot(true, false), boot(true)];
    expect(without.calls).toBe(0);
    expect(batched.calls).toBeGreaterThan(10);
    expect(batched.calls).toBeLessThan(0.75 * single.calls);
    const faults = ({ engine }: typeof without) => engine.crossings.get("#PF (device)") ?? 0;
    expect(faults(batched)).toBeLessThan(faults(without));
  });

  /** Result and V's registers after the call, with these words at 2000h. */
  function call(
    words: number[],
    { number = 2, bytes = 4 * words.length, at = 0x2000, high = 0, cpl = 0 } = {},
  ) {
    const { host, machine } = kvmVm({ memory: MEMORY });
    const sentinels = new Sentinels(host);
    const { cpu, bus } = machine;
    for (const [n, word] of words.entries()) bus.view.setInt32(0x2000 + 4 * n, word, true);
    cpu.cpl = cpl;
    for (const [register, value] of [
      [EAX, number],
      [EBX, bytes],
      [ECX, at],
      [EDX, high],
    ] as const)
      cpu.r32[register] = value;
    expect(kvmCalls(KVM_FEATURE.mmuOp)(host)(cpu)).toBe(true);
    expect(sentinels.changed()).toEqual([]);
    return { result: cpu.r32[EAX], entry: bus.view.getUint32(0x3000, true) };
  }
  const write = (at: number, high = 0) => [1, 0, at, high, 0x1234, 0];

  test("requests are done in order, and the answer is their bytes", () => {
    expect(call([...write(0x3000), 2, 0, 3, 0, 0x3000, 0])).toEqual({ result: 48, entry: 0x1234 });
  });

  test.each([
    ["a call that there is not", call(write(0x3000), { number: 77 }), -1000],
    ["a program's", call(write(0x3000), { cpl: 3 }), -1],
    ["a buffer beyond memory", call(write(0x3000), { at: MEMORY - 8 }), 0],
    ["a buffer beyond 4 GiB", call(write(0x3000), { high: 1 }), 0],
    ["an endless buffer", call(write(0x3000), { bytes: -1, at: MEMORY - 256 }), 0],
    ["half a request", call(write(0x3000), { bytes: 20 }), 0],
    ["no request", call([9, 0, 0x3000, 0, 0x1234, 0]), 0],
    ["an entry beyond memory", call(write(MEMORY)), 0],
    ["an entry beyond 4 GiB", call(write(0x3000, 1)), 0],
    ["an entry across two", call(write(0x3001)), 0],
    ["an entry among devices", call(write(0xfee00000)), 0],
    ["an entry in ROM", call(write(0xf0000)), 0],
  ])("%s changes nothing", (_, { result, entry }, expected) => {
    expect(result).toBe(expected);
    expect(entry).toBe(0);
  });
});
