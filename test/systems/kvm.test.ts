/** KVM: the guest's kernel finds it by CPUID and hands page-table updates over by VMCALL. */
import { describe, expect, test } from "vitest";
import { buildGuest, expectedOutput } from "../../src/guests/index.ts";
import { VMX_PROCESSOR } from "../../src/machine/cpu/model.ts";
import { assemble } from "../../src/machine/isa/index.ts";
import { loadFlat } from "../../src/machine/load/flat.ts";
import { UNIT_MONITOR } from "../../src/machine/profiles/monitors/unit.ts";
import { findSystem } from "../../src/systems/index.ts";
import { createVm } from "../../src/virt/cpu/engine.ts";
import { hardwareAssisted } from "../../src/virt/cpu/hardware/engine.ts";
import { kvmCalls } from "../../src/virt/cpu/hardware/kvm-calls.ts";
import { vtx } from "../../src/virt/cpu/hardware/vtx.ts";
import { shadow } from "../../src/virt/mmu/shadow.ts";

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
