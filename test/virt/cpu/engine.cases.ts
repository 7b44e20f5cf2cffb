/** What every engine must do: each runs this suite. A skip carries its reason. */
import { describe, expect, test } from "vitest";
import { buildGuest, expectedOutput, type Guest, type GuestOptions } from "../../../src/guests/index.ts";
import { type Fingerprint, fingerprint } from "../../../src/machine/debug/fingerprint.ts";
import { assemble } from "../../../src/machine/isa/asm/assemble.ts";
import { loadFlat } from "../../../src/machine/load/flat.ts";
import { Machine, type MachineOptions } from "../../../src/machine/machine.ts";
import { UNIT_MONITOR } from "../../../src/machine/profiles/monitors/unit.ts";
import { PENTIUM_4 } from "../../../src/machine/profiles/pentium4.ts";
import { createVm, type EngineFactory, type Vm } from "../../../src/virt/cpu/engine.ts";
import type { VmOptions } from "../../../src/virt/cpu/host.ts";
import { equivalence, exposedPages, Sentinels } from "../../../src/virt/cpu/requirements.ts";
import { WIDE } from "../../support/wide.ts";

export interface Subject {
  readonly name: string;
  readonly engine: EngineFactory;
  readonly options?: Partial<VmOptions>;
  /** What the guest is built with: a paravirtual one … */
  readonly guest?: Partial<GuestOptions>;
  /** What the guest's accesses could find of the monitor's: pages in P's page tables, unless its addresses are none of P's. */
  readonly exposed?: (vm: Vm) => readonly unknown[];
  /** Steps by which a run may end late, so as to end between two instructions of the guest's. 64 unless said. */
  readonly late?: number;
  /** Case → why this engine does not run it. */
  readonly skips?: Readonly<Record<string, string>>;
}

const MIB = 1 << 20;
const LIMIT = 200_000_000;
/** MiB of the guests' memory. */
const MEMORY = 8;

export interface Outcome {
  readonly output: string;
  readonly reason: string;
  readonly machine: Machine;
  readonly guest: Guest;
}

/** Boots a workload under the engine, to its end. `prepare` sees the machine before it starts. */
export function runUnder(
  subject: Subject,
  options: GuestOptions,
  prepare: (vm: Vm) => void = () => {},
): Outcome & { vm: Vm } {
  const guest = buildGuest({ memory: MEMORY, ...options, ...subject.guest });
  const vm = vmOf(subject, guest.image);
  prepare(vm);
  return { ...finish(vm.machine, guest), vm };
}

/** A machine of 8 MiB under the engine, with a disk. */
export function vmOf(subject: Subject, disk: Uint8Array): Vm {
  return createVm(
    { memory: MEMORY * MIB, disks: [disk], monitor: UNIT_MONITOR, ...subject.options },
    subject.engine,
  );
}

/** The same on the bare machine. */
export function runNatively(options: GuestOptions, machine: MachineOptions = {}): Outcome {
  const guest = buildGuest({ memory: MEMORY, ...options });
  return finish(new Machine({ memory: MEMORY * MIB, disks: [guest.image], ...machine }), guest);
}

function finish(machine: Machine, guest: Guest): Outcome {
  let output = "";
  machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: LIMIT });
  return { output, reason: stop.reason, machine, guest };
}

/** Of a machine whose guest has ended. The programs keep a reading of the time-stamp counter at "cycles". */
export function stateOf({ machine, guest }: Outcome): Fingerprint {
  const stamps = guest.programs.flatMap(({ symbols }) => symbols.get("cycles") ?? []);
  return fingerprint(machine, stamps);
}

/** What differs between a guest's end under the engine and on the bare machine; [] is right. */
export function inequality(subject: Subject, options: GuestOptions): readonly string[] {
  const { model } = subject.options ?? {};
  const bare = runNatively({ ...options, ...subject.guest }, model && { model });
  return equivalence(stateOf(bare), stateOf(runUnder(subject, options))).unequal;
}

/**
 * A disk whose boot sector goes on in 32-bit code with paging, the first 4 MiB mapped to themselves, IDT limit 0. Its stack ends at 7C00h, its GDT is at
 * `gdt` with code (8) and data (10h).
 */
export function pagedSector(program: string): Uint8Array {
  const source = `
    bits 16
    org 0x7c00
    cli
    xor ax, ax
    mov ds, ax
    lgdt [gdt_pointer]
    lidt [idt_pointer]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp 8:protected
    bits 32
  protected:
    mov ax, 0x10
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov esp, 0x7c00
    mov dword [0x1000], 0x83
    mov eax, 0x10
    mov cr4, eax
    mov eax, 0x1000
    mov cr3, eax
    mov eax, cr0
    or eax, 0x80000000
    mov cr0, eax
    ${program}
    align 8
  gdt:
    dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0, 0, 0
  gdt_pointer:
    dw gdt_pointer - gdt - 1
    dd gdt
  idt_pointer:
    dw 0
    dd 0
    times 510-($-$$) db 0
    dw 0xaa55`;
  return assemble(source, { file: "boot sector" }).bytes;
}

const READY = 0x3000;
const EARLY = 0x3004;
/** Casts shadows for ever. What interrupts it counts at EARLY how often it came into one. */
const SHADOWS = `
    mov dword [0x2100], 0x80000 + handler
    mov dword [0x2104], 0x8e00
    lidt [handlers]
    mov dword [${EARLY}], 0
    mov dword [${READY}], 1
  again:
    cli
    mov eax, 0x10
    sti
  first:
    mov ebx, [${READY}]
    mov ss, ax
  second:
    mov esp, 0x7c00
    jmp again
  handler:
    cmp dword [esp], first
    je early
    cmp dword [esp], second
    jne late
  early:
    inc dword [${EARLY}]
  late:
    iret
  handlers:
    dw 0x7ff
    dd 0x2000`;

interface Case {
  readonly name: string;
  /** Long: run with RINGLAB_WIDE=all. */
  readonly wide?: true;
  run(subject: Subject): void;
}

const CASES: readonly Case[] = [
  {
    name: "the self-test passes, and its machine ends up as the bare one, out of the monitor's reach and it of the guest's",
    run(subject) {
      const options: GuestOptions = { workload: "selftest", timerHz: 0 };
      let sentinels: Sentinels | undefined;
      const outcome = runUnder(subject, options, ({ host }) => {
        sentinels = new Sentinels(host);
      });
      expect(outcome.output).toContain(expectedOutput("selftest"));
      expect(outcome.reason).toBe("exit");
      const { model } = subject.options ?? {};
      const bare = runNatively({ ...options, ...subject.guest }, model && { model });
      expect(equivalence(stateOf(bare), stateOf(outcome))).toEqual({ holds: true, unequal: [] });
      const { exposed = ({ host }: Vm) => exposedPages(host) } = subject;
      expect(exposed(outcome.vm)).toEqual([]);
      expect((sentinels as Sentinels).changed()).toEqual([]);
    },
  },
  {
    name: "processes, pipes, demand paging and copy on write",
    wide: true,
    run(subject) {
      for (const [workload, parameters] of [
        ["fork", { iterations: 3 }],
        ["exec", { iterations: 2 }],
        ["context-switch", { processes: 2, kilobytes: 4, rounds: 5 }],
        ["page-fault", { pages: 40 }],
        ["protection-fault", { iterations: 10 }],
        ["mmap", { iterations: 3, kilobytes: 64, touch: 2 }],
      ] as const) {
        const { output } = runUnder(subject, { workload, parameters });
        expect(output).toContain(expectedOutput(workload, parameters));
      }
    },
  },
  {
    name: "a timer that interrupts, and a processor that sleeps",
    run(subject) {
      const parameters = { processes: 2 };
      // A slow processor: as many ticks, and less to do between them.
      const profile = { ...(subject.options?.profile ?? PENTIUM_4), hertz: 100e6 };
      const slow = { ...subject, options: { ...subject.options, profile } };
      const { output } = runUnder(slow, { workload: "sleep", parameters, timerHz: 1000 });
      expect(output).toContain(expectedOutput("sleep", parameters));
    },
  },
  {
    name: "a storm of interrupts",
    run(subject) {
      const parameters = { iterations: 200 };
      let taken = 0;
      const { output } = runUnder(subject, { workload: "null-call", parameters }, ({ machine }) => {
        // From the first mark on, the disk's interrupt at odd intervals that a handler hardly ends in.
        const { clock, board, cpu } = machine;
        const line = board.wires.source(14);
        let edges = 0;
        const timer = clock.timer(() => {
          line.set(edges++ % 2 === 0);
          if (edges < 80) clock.set(timer, clock.now + 501 + ((edges * 7919) % 2003));
        });
        board.marker.onMark = () => {
          if (edges === 0) clock.set(timer, clock.now + 501);
        };
        const { irq } = cpu;
        const acknowledge = irq.acknowledge.bind(irq);
        irq.acknowledge = () => {
          taken++;
          return acknowledge();
        };
      });
      expect(output).toContain(expectedOutput("null-call", parameters));
      expect(taken).toBeGreaterThan(3);
    },
  },
  {
    name: "an interrupt at any time, and none before the instruction after STI or MOV SS",
    run(subject) {
      const { machine } = createVm(
        { memory: MEMORY * MIB, firmware: false, monitor: UNIT_MONITOR, ...subject.options },
        subject.engine,
      );
      loadFlat(machine, pagedSector(SHADOWS));
      const { clock, cpu, bus } = machine;
      let waits = false;
      let taken = 0;
      const timer = clock.timer(() => {
        waits = true;
        clock.attend();
      });
      cpu.irq = {
        taskPriority: 0,
        pending: () => waits,
        acknowledge: () => {
          waits = false;
          taken++;
          clock.set(timer, clock.now + 1009 + ((taken * 7919) % 2003));
          return 0x20;
        },
      };
      for (let i = 0; i < 100 && bus.view.getInt32(READY, true) !== 1; i++) machine.run({ limit: 1000 });
      clock.set(timer, clock.now);
      for (let i = 0; i < 1000 && taken < 60; i++) machine.run({ limit: 1000 });
      expect(taken).toBeGreaterThanOrEqual(60);
      expect(bus.view.getInt32(EARLY, true)).toBe(0);
    },
  },
  {
    name: "a disk that interrupts",
    run(subject) {
      const parameters = { sectors: 8 };
      const { output } = runUnder(subject, { workload: "disk-read", parameters });
      expect(output).toContain(expectedOutput("disk-read", parameters));
    },
  },
  {
    name: "a guest that shuts its processor down stops the machine, as on the bare one",
    run(subject) {
      const disk = pagedSector("ud2");
      const bare = new Machine({ memory: MEMORY * MIB, disks: [disk] }).run({ limit: LIMIT });
      expect(bare.reason).toBe("shutdown");
      expect(vmOf(subject, disk).machine.run({ limit: LIMIT })).toEqual(bare);
    },
  },
  {
    name: "a run that is cut into pieces, and goes on from a snapshot in another machine, ends the same",
    wide: true,
    run(subject) {
      const parameters = { iterations: 30 };
      const options: GuestOptions = { workload: "null-call", parameters, timerHz: 0 };
      const whole = runUnder(subject, options);
      const first = vmOf(subject, whole.guest.image);
      // Where an engine ends late its blocks are other ones once it was cut, and so is what they take.
      const before = whole.machine.steps - (subject.late === undefined ? 3000 : 30_000);
      let output = "";
      const hear = (byte: number) => {
        output += String.fromCharCode(byte);
      };
      first.machine.onSerial(hear);
      for (let limit = 100_000; first.machine.steps < before; limit = 977) {
        const at = first.machine.steps;
        const rest = Math.min(limit, before - at);
        expect(first.machine.run({ limit: rest }).reason).toBe("limit");
        expect(first.machine.steps - at).toBeGreaterThanOrEqual(rest);
        expect(first.machine.steps - at).toBeLessThan(rest + (subject.late ?? 64));
      }
      const snapshot = first.machine.save();
      const second = vmOf(subject, whole.guest.image);
      second.machine.load(snapshot);
      second.machine.onSerial(hear);
      expect(second.machine.run({ limit: LIMIT }).reason).toBe("exit");
      expect(output).toBe(whole.output);
      const { hash } = stateOf({ ...whole, machine: second.machine });
      expect(hash).toBe(stateOf(whole).hash);
    },
  },
  {
    name: "the same run twice is the same to the cycle",
    wide: true,
    run(subject) {
      const once = () => {
        const { machine } = runUnder(subject, { workload: "null-call", parameters: { iterations: 20 } });
        return [machine.clock.now, machine.steps, machine.trace.hash];
      };
      expect(once()).toEqual(once());
    },
  },
];

export function engineCases(subject: Subject): void {
  describe(subject.name, () => {
    for (const { name, run, wide } of CASES) {
      if (wide && !WIDE) continue;
      const why = subject.skips?.[name];
      if (why === undefined) test(name, () => run(subject));
      else test.skip(`${name}: ${why}`, () => {});
    }
  });
}
