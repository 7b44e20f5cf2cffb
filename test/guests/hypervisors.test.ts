/** The one kernel below hypervisors that are not there: their CPUID, and as much of them as the back end asks for. */
import { describe, expect, test } from "vitest";
import { buildGuest, type GuestOptions } from "../../src/guests/build.ts";
import { expectedOutput } from "../../src/guests/workloads.ts";
import { type CpuModel, RINGLAB, withHypervisor } from "../../src/machine/cpu/model.ts";
import { EAX, EBX, ECX } from "../../src/machine/cpu/registers.ts";
import { assemble } from "../../src/machine/isa/index.ts";
import { insert } from "../support/boot.ts";

const NOP_IO_DELAY = 1 << 1;
const MMU_OP = 1 << 2;
const kvm = (features: number) => withHypervisor(RINGLAB, "KVMKVMKVM", [features, 0, 0, 0]);

function start(model: CpuModel, options: GuestOptions) {
  const guest = buildGuest({ timerHz: 0, ...options });
  const booted = insert(guest.image, 32, { model });
  /** Whether an operation's slot holds this function. */
  const holds = (operation: string, name: string) => {
    const at = guest.symbols.get(`pv_${operation}`)! - 0xc0000000;
    return booted.machine.bus.view.getUint32(at, true) === guest.symbols.get(name);
  };
  const run = () => booted.machine.run({ limit: 20_000_000 });
  return { ...booted, holds, run };
}

test.each([
  ["nobody's", RINGLAB, "native_io_delay"],
  ["a stranger's", withHypervisor(RINGLAB, "Somebody"), "native_io_delay"],
  ["KVM's without features", kvm(0), "native_io_delay"],
  ["KVM's", kvm(NOP_IO_DELAY), "nothing"],
  ["VMware's without a ROM", withHypervisor(RINGLAB, "VMwareVMware"), "nothing"],
] as const)("CPUID is %s", (_, model, io_delay) => {
  const parameters = { iterations: 3 };
  const { holds, run, serial } = start(model, { workload: "fork", parameters });
  run();
  expect(serial()).toBe(expectedOutput("fork", parameters));
  expect(holds("io_delay", io_delay)).toBe(true);
  expect(holds("cli", "native_cli")).toBe(true);
});

describe("KVM_HC_MMU_OP", () => {
  const VMCALL = [0x0f, 0x01, 0xc1];

  /** What KVM does for a VMCALL: page-table writes, flushes, releases. Counts them by hypercall. */
  function host({ machine }: ReturnType<typeof start>): { batches: number[]; kinds: Set<number> } {
    const seen = { batches: [] as number[], kinds: new Set<number>() };
    const { view } = machine.bus;
    machine.cpu.monitor = {
      visit(visit, cpu) {
        const at = cpu.ip - 0xc0000000;
        const isCall = visit.kind === "exception" && visit.vector === 6 && cpu.cpl === 0;
        if (!isCall || VMCALL.some((byte, n) => view.getUint8((at + n) >>> 0) !== byte)) return "deliver";
        expect(cpu.r32[EAX]).toBe(2);
        const [bytes, buffer] = [cpu.r32[EBX]!, cpu.r32[ECX]!];
        let requests = 0;
        for (let done = 0; done < bytes; requests++) {
          const kind = view.getUint32(buffer + done, true);
          seen.kinds.add(kind);
          const [address, value] = [8, 16].map((n) => view.getUint32(buffer + done + n, true));
          if (kind === 1) machine.bus.write(address as never, value!, 4);
          if (kind === 2) cpu.memory.flush(true);
          done += kind === 1 ? 24 : kind === 2 ? 8 : 16;
        }
        seen.batches.push(requests);
        cpu.r32[EAX] = bytes;
        cpu.ip = (cpu.ip + VMCALL.length) | 0;
        return "resume";
      },
    };
    return seen;
  }

  test.each([
    ["fork", { iterations: 4 }],
    ["churn", { rounds: 3, pages: 50, remap: 0 }],
  ] as const)("%s", (workload, parameters) => {
    const calls = [true, false].map((batch) => {
      const machine = start(kvm(MMU_OP | NOP_IO_DELAY), { workload, parameters, batch });
      const { batches, kinds } = host(machine);
      machine.run();
      expect(machine.serial()).toBe(expectedOutput(workload, parameters));
      expect(machine.holds("set_pte", "kvm_set_pte")).toBe(true);
      expect(kinds.has(1)).toBe(true);
      expect(Math.max(...batches) > 1).toBe(batch);
      return batches.length;
    });
    expect(calls[0]).toBeLessThan(calls[1]! * 0.75);
  });
});

describe("a VMI ROM", () => {
  const ROM = 0xc8000;
  /** What the ROM does at its entries; each says its letter at port E9h. The others are native. */
  const CALLS: Record<number, string> = {
    4: "xor eax, eax\n ret",
    35: "sti\n ret",
    36: "cli\n ret",
    37: "pushfd\n pop eax\n ret",
    38: "push eax\n popfd\n ret",
    39: "iretd",
    22: "mov cr3, eax\n ret",
    25: "mov eax, cr2\n ret",
    55: "invlpg [eax]\n ret",
    87: `mov [edx], eax\n mov al, 'P'\n test cl, 0x20\n jz .said\n mov al, 'D'\n.said:\n out 0xE9, al\n xor edx, edx\n xor ecx, ecx\n ret`,
    57: "mov al, 'F'\n out 0xE9, al\n xor edx, edx\n xor ecx, ecx\n ret",
  };
  const entries = Array.from({ length: 88 }, (_, n) => {
    const body = n === 0 ? "dw 0xAA55\n db 4\n times 5 db 0\n db 'cVmi', 3, 13" : (CALLS[n] ?? "");
    // Call 85: where call EAX is. The mask of those that are here is in `known`.
    const relocation =
      "xor edx, edx\n call .here\n.here:\n pop ecx\n bt [ecx + known - .here], eax\n adc edx, 0\n jmp relocated";
    return `call_${n}:\n ${n === 85 ? relocation : body}\n times 32 - ($ - call_${n}) db 0`;
  });
  const known = [0, 1, 2].map((word) =>
    Object.keys(CALLS).reduce(
      (bits, n) => (Number(n) >> 5 === word ? bits | (1 << (Number(n) & 31)) : bits),
      0,
    ),
  );
  const { bytes } = assemble(
    `bits 32\n org 0\n${entries.join("\n")}\nrelocated:\n sub ecx, call_85.here\n shl eax, 5\n add eax, ecx\n ret\n align 4\nknown:\n dd ${known.join(", ")}\n`,
    { file: "vmi.asm" },
  );
  const rom = new Uint8Array(4096);
  rom.set(bytes);

  test.each([true, false])("is called where it has something, with batch: %s", (batch) => {
    const machine = start(withHypervisor(RINGLAB, "VMwareVMware"), { workload: "selftest", batch });
    machine.machine.bus.mapRom(ROM, rom);
    let letters = "";
    machine.machine.onDebug((byte) => {
      letters += String.fromCharCode(byte);
    });
    machine.run();
    expect(machine.serial()).toBe(expectedOutput("selftest"));
    expect(machine.holds("cli", "vmi_cli")).toBe(true);
    expect(machine.holds("load_gdt", "native_load_gdt")).toBe(true);
    expect([letters.includes("D"), letters.includes("P")]).toEqual([batch, !batch]);
    // What was deferred is flushed before the end.
    expect(letters.lastIndexOf("F")).toBeGreaterThan(letters.lastIndexOf("D"));
  });
});
