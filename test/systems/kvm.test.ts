/** KVM: the guest's kernel finds it by CPUID and hands page-table updates over by VMCALL. */
import { describe, expect, test } from "vitest";
import { buildGuest, expectedOutput } from "../../src/guests/index.ts";
import { Clock } from "../../src/machine/clock.ts";
import type { CostProfile } from "../../src/machine/cost.ts";
import { VMX_PROCESSOR } from "../../src/machine/cpu/model.ts";
import { assemble } from "../../src/machine/isa/index.ts";
import { Ledger } from "../../src/machine/ledger.ts";
import { loadFlat } from "../../src/machine/load/flat.ts";
import { findProfile } from "../../src/machine/profiles/index.ts";
import { UNIT_MONITOR } from "../../src/machine/profiles/monitors/unit.ts";
import { UNIT } from "../../src/machine/profiles/unit.ts";
import { Trace } from "../../src/machine/trace.ts";
import { findSystem, KVM_DEVICES, kvmVm } from "../../src/systems/index.ts";
import { createVm } from "../../src/virt/cpu/engine.ts";
import { hardwareAssisted } from "../../src/virt/cpu/hardware/engine.ts";
import { kvmCalls } from "../../src/virt/cpu/hardware/kvm-calls.ts";
import { vtx } from "../../src/virt/cpu/hardware/vtx.ts";
import { shadow } from "../../src/virt/mmu/shadow.ts";
import { pagedSector } from "../virt/cpu/engine.cases.ts";

test("the guest's kernel batches its page-table writes into hypercalls", () => {
  const parameters = { iterations: 3 };
  const calls = [true, false].map((batch) => {
    const guest = buildGuest({ workload: "fork", parameters, batch });
    const { machine, crossings } = findSystem("kvm")!.boot(guest.image);
    let output = "";
    machine.onSerial((byte) => {
      output += String.fromCharCode(byte);
    });
    machine.run({ limit: 20_000_000 });
    expect(output).toBe(expectedOutput("fork", parameters));
    return crossings.get("vmcall") ?? 0;
  });
  expect(calls[0]).toBeGreaterThan(3);
  expect(calls[1]).toBeGreaterThan(3 * (calls[0] as number));
});

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
    const { machine } = kvmVm({ memory: 8 << 20, profile, disks: [pagedSector(program)] });
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

describe("hostile hypercalls", () => {
  const MEMORY = 1 << 20;

  /** EAX after a VMCALL with these registers and a buffer at 30000h, in a paged guest in ring 0. */
  function call(registers: string, buffer: readonly number[] = []): { eax: number; host: Uint8Array } {
    const program = `
bits 32
org 0x10000
  mov dword [0x20000], 0x83
  mov eax, 0x20000
  mov cr3, eax
  mov eax, cr4
  or eax, 0x10
  mov cr4, eax
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
  ${registers}
  vmcall
  mov dx, 0xf4
  hlt
`;
    const { machine, host } = createVm(
      { memory: MEMORY, firmware: false, monitor: UNIT_MONITOR, physical: VMX_PROCESSOR },
      hardwareAssisted({ pager: shadow, format: vtx(), hypercall: kvmCalls }),
    );
    loadFlat(machine, assemble(program).bytes, { mode: "protected", origin: 0x10000 });
    machine.bus.mapRom(0x50000, new Uint8Array(4096));
    buffer.forEach((word, n) => {
      machine.bus.view.setUint32(0x30000 + 4 * n, word, true);
    });
    const before = host.bus.ram.slice(0, 4096);
    expect(machine.run({ limit: 10_000 }).reason).toBe("halt");
    expect(Buffer.compare(host.bus.ram.subarray(0, 4096), before)).toBe(0);
    return { eax: machine.cpu.r32[0] as number, host: host.bus.ram };
  }

  const OP = "mov eax, 2\nmov ecx, 0x30000\nxor edx, edx\n";

  test.each([
    ["a number that is none", "mov eax, 99", [], -1000],
    ["no bytes", `${OP}xor ebx, ebx`, [], -22],
    ["a buffer beyond memory", `${OP}mov ecx, 0xfffffff0\nmov ebx, 24`, [], -22],
    ["a buffer beyond 4 GiB", `${OP}mov edx, -1\nmov ebx, 24`, [], -22],
    ["a request that is cut off", `${OP}mov ebx, 20`, [1, 0, 0x40000, 0, 7, 0], -22],
    ["an unknown request", `${OP}mov ebx, 24`, [9, 0], -22],
    ["a table beyond memory: the monitor's is there", `${OP}mov ebx, 24`, [1, 0, -0x1000, -1, 7, 0], -22],
    ["a table in a device", `${OP}mov ebx, 24`, [1, 0, 0xfee00000, 0, 7, 0], -22],
    ["a table in ROM", `${OP}mov ebx, 24`, [1, 0, 0x50000, 0, 7, 0], -22],
    ["an entry that is not aligned", `${OP}mov ebx, 24`, [1, 0, 0x40002, 0, 7, 0], -22],
    ["half of a batch that goes wrong", `${OP}mov ebx, 48`, [1, 0, 0x40000, 0, 7, 0, 9, 0], 24],
    [
      "more than one call does",
      `${OP}mov ebx, -1`,
      Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? 2 : 0)),
      512,
    ],
  ] as const)("%s", (_, registers, buffer, result) => {
    expect(call(registers, buffer).eax).toBe(result);
  });
});
