/** The monitor's hook: who owns the processor sees every event first, and the guest's tables only what it lets pass. */
import { expect, test } from "vitest";
import type { Cpu } from "../../src/machine/cpu/cpu.ts";
import { EAX } from "../../src/machine/cpu/registers.ts";
import { assemble } from "../../src/machine/isa/asm/assemble.ts";
import { boot } from "../../src/machine/load/boot.ts";
import type { Monitor, Verdict, Visit } from "../../src/machine/monitor.ts";

const GP = 13;

/** A 32-bit program at 8000h, entered at CPL 0; its GDT has flat segments for ring 3 at 18h and 20h. */
function machine(body: string) {
  const source = `
bits 32
org 0x8000
  lgdt [gdtr]
  lidt [idtr]
  mov ax, 0x23
  mov ds, ax
  mov es, ax
${body}
align 8
gdt: dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff
gdtr: dw $ - gdt - 1
  dd gdt
idtr: dw 0
  dd 0
`;
  const { bytes } = assemble(source);
  return boot(bytes, { kind: "flat", mode: "protected", origin: 0x8000, memory: 1 << 20 });
}

/** To ring 3, as a monitor that deprivileges its guest would. */
const USER = `
  push 0x23
  push 0x7000
  push 0x2
  push 0x1b
  push user
  iretd
user:
`;

class Recorder implements Monitor<Cpu> {
  readonly visits: Visit[] = [];
  readonly answer: (visit: Visit, cpu: Cpu) => Verdict;

  constructor(answer: (visit: Visit, cpu: Cpu) => Verdict) {
    this.answer = answer;
  }

  visit(visit: Visit, cpu: Cpu): Verdict {
    this.visits.push(visit);
    return this.answer(visit, cpu);
  }
}

test("privileged instructions of a deprivileged guest come to the monitor, which emulates them and runs on", () => {
  const guest = machine(`${USER}
  cli
  mov eax, cr0
  mov ebx, eax
  hlt
  int 0x80
`);
  const lengths = [1, 3, 1];
  const monitor = new Recorder((visit, cpu) => {
    if (visit.kind === "software") return { stop: "system call" };
    const length = lengths.shift() as number;
    if (length === 3) cpu.r32[EAX] = 0x12345;
    cpu.ip += length;
    return "resume";
  });
  guest.cpu.monitor = monitor;
  expect(guest.run({ limit: 1000 })).toEqual({ reason: "monitor", detail: "system call" });
  expect(monitor.visits).toEqual([
    { kind: "exception", vector: GP, error: 0 },
    { kind: "exception", vector: GP, error: 0 },
    { kind: "exception", vector: GP, error: 0 },
    { kind: "software", vector: 0x80 },
  ]);
  expect(guest.cpu.r32[6]).toBe(0x12345);
  expect(guest.cpu.cpl).toBe(3);
});

test("a monitor may change ring, segments and control registers; they count from the next instruction on", () => {
  const guest = machine(`${USER}
  ud2
  mov eax, cr0
  hlt
`);
  const monitor = new Recorder((visit, cpu) => {
    if (visit.kind !== "exception") return { stop: visit.kind };
    const { selector, access } = cpu.segments;
    selector[1] = 0x08;
    access[1] = 0x00cf9b00;
    selector[2] = 0x10;
    access[2] = 0x00cf9300;
    cpu.cpl = 0;
    cpu.ip += 2;
    return "resume";
  });
  guest.cpu.monitor = monitor;
  expect(guest.run({ limit: 1000 })).toEqual({ reason: "monitor", detail: "halt" });
  expect((guest.cpu.r32[EAX] as number) & 1).toBe(1);
});

test("what the monitor lets pass is delivered as if there were none", () => {
  const body = "  sub eax, eax\n  div eax\n";
  const alone = machine(body);
  const watched = machine(body);
  const monitor = new Recorder(() => "deliver");
  watched.cpu.monitor = monitor;
  const stop = alone.run({ limit: 1000 });
  expect(watched.run({ limit: 1000 })).toEqual(stop);
  expect(stop.reason).toBe("shutdown");
  // #DE, then #GP for the empty IDT, then #DF, then nothing is left.
  expect(monitor.visits.map((visit) => ("vector" in visit ? visit.vector : visit.kind))).toEqual([
    0,
    8,
    "shutdown",
  ]);
  expect(watched.trace.hash).toBe(alone.trace.hash);
});

test("external interrupts come too, and a machine without a monitor has the same trace as before one was there", () => {
  const guest = machine(`
  mov al, 0x34
  out 0x43, al
  mov al, 0
  out 0x40, al
  mov al, 0x10
  out 0x40, al
  mov al, 0xfe
  out 0x21, al
  sti
spin: jmp spin
`);
  const monitor = new Recorder(() => ({ stop: "interrupt" }));
  guest.cpu.monitor = monitor;
  expect(guest.run({ limit: 100_000_000 })).toEqual({ reason: "monitor", detail: "interrupt" });
  expect(monitor.visits[0]?.kind).toBe("interrupt");
});

test("an error of the monitor is the caller's to see, not the guest's", () => {
  const guest = machine("  ud2\n");
  guest.cpu.monitor = new Recorder(() => {
    throw new TypeError("a bug in the monitor");
  });
  expect(() => guest.run({ limit: 10 })).toThrow("a bug in the monitor");
});
