/**
 * Guests that attack their monitor: each ends as on the bare machine, to the last byte, and no page of the monitor's was reached.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { attempts, exceptionsOf, IN_RING_3, loadSmallKernel } from "../../../../src/guests/small-kernel.ts";
import { VIRTUALIZABLE } from "../../../../src/machine/cpu/model.ts";
import { fingerprint } from "../../../../src/machine/debug/fingerprint.ts";
import { Machine } from "../../../../src/machine/machine.ts";
import { segmentOf } from "../../../../src/machine/mmu/segment.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { BELOW_AREA } from "../../../../src/virt/cpu/area.ts";
import { createVm } from "../../../../src/virt/cpu/engine.ts";
import { equivalence, exposedPages, Sentinels } from "../../../../src/virt/cpu/requirements.ts";
import { compress } from "../../../../src/virt/cpu/trap-emulate/compress.ts";
import { trapAndEmulate } from "../../../../src/virt/cpu/trap-emulate/engine.ts";
import { ShadowPager } from "../../../../src/virt/mmu/shadow.ts";

const MEMORY = 8 << 20;
const LIMIT = 100_000;

/** The same guest on both; what the bare one met. */
function suffer(body: string, data = ""): { exceptions: string[]; reason: string } {
  const bare = new Machine({ memory: MEMORY });
  loadSmallKernel(bare, body, data);
  const stop = bare.run({ limit: LIMIT });
  expect(stop.reason).not.toBe("limit");
  const vm = createVm(
    { memory: MEMORY, monitor: UNIT_MONITOR, physical: VIRTUALIZABLE },
    trapAndEmulate({ pager: (parts) => new ShadowPager(parts) }),
  );
  const sentinels = new Sentinels(vm.host);
  loadSmallKernel(vm.machine, body, data);
  expect(vm.machine.run({ limit: LIMIT })).toEqual(stop);
  expect(exceptionsOf(vm.machine)).toEqual(exceptionsOf(bare));
  expect(equivalence(fingerprint(bare), fingerprint(vm.machine)).unequal).toEqual([]);
  expect(exposedPages(vm.host)).toEqual([]);
  expect(sentinels.changed()).toEqual([]);
  expect(vm.host.cpu.cpl).not.toBe(0);
  return { exceptions: exceptionsOf(bare), reason: stop.reason };
}

/** GDT entry 30h, 38h … as two dwords. */
const descriptor = (n: number, low: number, high: number) =>
  `mov dword [spare + ${8 * n}], ${low}\n mov dword [spare + ${8 * n + 4}], ${high}`;

const SPARE = 0x30;

test("privileged instructions of a program fault in the guest's kernel", () => {
  const { exceptions } = suffer(
    IN_RING_3 +
      attempts("cli", "sti", "hlt", "in al, 0x60", "out 0x80, al", "mov eax, cr0", "lgdt [0]", "clts"),
  );
  expect(exceptions).toEqual(Array(8).fill("13 (0)"));
});

test("a program that was given IOPL 3 has its interrupt flag and its ports, and no more", () => {
  const { exceptions } = suffer(
    `pushfd\n or dword [esp], 0x3000\n popfd\n ${IN_RING_3}${attempts("cli", "pushfd", "sti", "out 0x80, al", "hlt")}`,
  );
  expect(exceptions).toEqual(["13 (0)"]);
});

test("a code segment with DPL 0 that a program forges is ring 0 of the guest's alone", () => {
  const { exceptions } = suffer(
    `${descriptor(0, 0xffff, 0x00cf9a00)}\n${IN_RING_3}${attempts(
      `jmp ${SPARE}:0x10000`,
      `mov ax, ${SPARE}\n mov ds, ax`,
      `push dword ${SPARE}\n push dword 0x10000\n retf`,
    )}`,
  );
  expect(exceptions).toEqual(["13 (30)", "13 (30)", "13 (30)"]);
});

test("a call gate to ring 0 ends in the guest's kernel, in ring 1 of the processor", () => {
  const gate = (n: number, target: string, rest: number) =>
    `mov eax, ${target}\n mov [spare + ${8 * n}], ax\n mov word [spare + ${8 * n + 2}], 8\n` +
    `mov eax, ${target}\n and eax, 0xffff0000\n or eax, ${rest}\n mov [spare + ${8 * n + 4}], eax`;
  const { exceptions } = suffer(
    `${gate(0, "inside", 0xec00)}\n${gate(1, "0xffc00000", 0xec00)}\n${gate(2, "inside", 0x8c00)}\n${IN_RING_3}` +
      attempts(`call ${SPARE}:0`, `call ${SPARE + 16}:0`, "cli", `call ${SPARE + 8}:0`),
    "inside:\n mov dword [0x3000], 0x600d\n mov [0x3004], cs\n mov eax, cr0\n mov [0x3008], eax\n retf",
  );
  expect(exceptions).toEqual(["13 (40)", "13 (0)", "14 (0)"]);
});

test("segments that begin in the monitor's area, reach into it or wrap round into it", () => {
  const data = (n: number, base: number, pages: number) =>
    descriptor(
      n,
      ((base & 0xffff) << 16) | (pages & 0xffff),
      (base & 0xff000000) | ((base >>> 16) & 0xff) | 0x00c09200 | (pages & 0xf0000),
    );
  const use = (n: number, offset: number) =>
    `mov ax, ${SPARE + 8 * n}\n mov fs, ax\n mov eax, [fs:${offset}]\n mov dword [fs:${offset}], 0x41414141`;
  const { exceptions } = suffer(
    `${data(0, 0xffc00000 | 0, 0x3ff)}\n${data(1, 0xffb00000 | 0, 0xfffff)}\n${data(2, 0x1000, 0xfffff)}\n` +
      attempts(
        use(0, 0),
        use(0, 0x20000),
        use(1, 0x100000),
        use(1, 0x501000),
        use(2, 0xffbff000 | 0),
        "mov dword [0xffc00000], 1",
        "mov eax, [0xffc00008]",
        "push dword [0xffc20000]",
        "mov esi, 0xffbffffc\n mov edi, 0x3000\n mov ecx, 4\n rep movsd",
        "mov esp, 0xffc10000\n push eax\n mov esp, 0x9000",
      ),
  );
  expect(exceptions.length).toBeGreaterThan(7);
});

test("expand-down segments, which no limit ends below the area", () => {
  suffer(
    `${descriptor(0, 0x00000010, 0x00c09600)}\n${attempts(
      `mov ax, ${SPARE}\n mov es, ax\n mov eax, [es:0x20000]\n mov dword [es:0x3000], 7`,
      `mov ax, ${SPARE}\n mov ss, ax\n push eax\n pop ebx`,
      "mov dword [es:0xffc00000], 1",
    )}\n mov ax, 0x10\n mov ss, ax`,
  );
});

test("jumping into the monitor's area, and over its border", () => {
  const { exceptions } = suffer(
    attempts(
      "jmp 0xffc00000",
      "mov eax, 0xffc21000\n call eax",
      "mov eax, 0xffbfffff\n jmp eax",
      "jmp 8:0xffc00000",
      "push dword 0xffc00010\n ret",
    ),
  );
  expect(exceptions.map((one) => one.slice(0, 2))).toEqual(Array(5).fill("14"));
});

test("a guest that has memory of its own where the monitor lives reads, writes and runs it", () => {
  const { exceptions } = suffer(
    `mov dword [0x1000 + 4 * 1023], 0x83
     mov eax, cr3
     mov cr3, eax
     mov dword [0xffc05000], 0xc3c0ff40
     mov eax, 1
     mov ebx, 0xffc05000
     call ebx
     mov [0xffc03000], eax
     push dword [0xffc03000]
     pop dword [0x3004]`,
  );
  expect(exceptions).toEqual([]);
});

test("page tables that name memory which is not there: the host's, for all a guest could know", () => {
  const map = (entry: number) => `mov dword [0x1000 + 4 * 1], ${entry}\n mov eax, cr3\n mov cr3, eax`;
  suffer(
    `${map(0x00800083)}\n mov eax, [0x400000]\n mov [0x3000], eax\n mov dword [0x400000], 0x41414141\n mov ebx, [0x400000]
     ${map(0x7f800083)}\n mov eax, [0x400000]\n mov dword [0x400000], 0x42424242
     ${map(0xffc00083)}\n mov eax, [0x400000]\n mov dword [0x400000], 0x43434343
     ${attempts("jmp 0x400000")}`,
  );
});

test("a page directory outside of memory shuts the guest's processor down, and nobody else's", () => {
  expect(suffer("mov eax, 0x7ff00000\n mov cr3, eax\n nop").reason).toBe("shutdown");
});

test("LGDT with hostile bases and limits", () => {
  const load = (base: number, limit: number) =>
    `mov word [pointer], ${limit}\n mov dword [pointer + 2], ${base}\n lgdt [pointer]\n mov ax, 0x10\n mov ds, ax\n mov es, ax`;
  for (const [base, limit] of [
    [0xffc00000, 0xffff],
    [0xfffffff8, 0xffff],
    [0x00800000, 0x7fff],
    [0x00300000, 7],
    [0x003ffffc, 0x1f],
  ] as const)
    suffer(load(base, limit), "pointer:\n dd 0, 0");
});

test("LIDT into the monitor's area ends in a shutdown", () => {
  expect(suffer("lidt [pointer]\n ud2", "pointer:\n dw 0x7ff\n dd 0xffc21000").reason).toBe("shutdown");
});

test("task switches: by a jump, a call, a gate, from a program", () => {
  const other = `
    other:
      dd 0, 0x9000, 0x10, 0, 0, 0, 0, 0x1000, task, 2
      times 4 dd 0
      dd 0xb000, 0, 0, 0
      dd 0x10, 8, 0x10, 0x10, 0, 0, 0
      dw 0, 104
    task:
      mov dword [0x3000], 0x7a5c
      pushfd
      test dword [esp], 0x4000
      jz finish
      popfd
      iretd
      jmp task`;
  const make = `mov eax, other\n mov word [spare], 0x67\n mov [spare + 2], ax\n shr eax, 16\n mov [spare + 4], al\n mov byte [spare + 5], 0x89`;
  suffer(`${make}\n call ${SPARE}:0\n mov [0x3004], cs`, other);
  suffer(`${make}\n jmp ${SPARE}:0`, other);
  suffer(
    `${make}\n mov dword [idt + 8 * 0x30], ${SPARE << 16}\n mov dword [idt + 8 * 0x30 + 4], 0xe500\n int 0x30\n${IN_RING_3}\n int 0x30`,
    other,
  );
  suffer(`${make}\n${IN_RING_3}${attempts(`jmp ${SPARE}:0`, `call ${SPARE}:0`, "jmp 0x28:0")}`, other);
});

test("a descriptor that changes behind a loaded segment register counts from the next load on", () => {
  suffer(
    `${descriptor(0, 0x3000ffff, 0x00cf9200)}
     mov ax, ${SPARE}
     mov fs, ax
     mov dword [fs:0], 1
     ${descriptor(0, 0x4000ffff, 0x00cf9200)}
     mov dword [fs:4], 2
     sti
     mov dword [fs:8], 3
     mov fs, ax
     mov dword [fs:12], 4
     ${descriptor(1, 0x5000ffff, 0x00cff200)}
     ${IN_RING_3}
     mov ax, ${SPARE + 8 + 3}
     mov gs, ax
     mov dword [gs:0], 5`,
  );
});

test("virtual-8086 mode, rings 1 and 2, sixteen-bit code, a stack in nowhere", () => {
  suffer(
    `push dword 0\n push dword 0\n push dword 0\n push dword 0x300\n push dword 0\n push dword 0x1000\n push dword 0x20002\n push dword 0x1000\n push dword 8
     mov dword [0x10008 + 0x0], 0x00080eb
     int3`,
  );
  suffer(
    `${descriptor(0, 0xffff, 0x00cfba00)}\n${descriptor(1, 0xffff, 0x00cfb200)}
     mov dword [tss + 12], 0x9800\n mov dword [tss + 16], ${SPARE + 9}
     push dword ${SPARE + 9}\n push dword 0x9800\n pushfd\n push dword ${SPARE + 1}\n push dword .ring1\n iretd
   .ring1:
     ${attempts("mov [0x3000], cs", "cli", "mov [0x3004], ss", "hlt")}`,
  );
  expect(suffer("mov esp, 0x700000\n int3").reason).toBe("shutdown");
});

test("INT n to gates that are the kernel's, #GP's own among them", () => {
  const { exceptions } = suffer(IN_RING_3 + attempts("int 13", "int 14", "int 3", "int 0x90"));
  expect(exceptions).toEqual(["13 (6a)", "13 (72)", "13 (1a)", "13 (482)"]);
});

test("a forged descriptor is cut off below the monitor's area, whatever it says", () => {
  const pair = { low: 0, high: 0 };
  const words = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(words, words, (low, high) => {
      // Present, accessed, a segment: what is loadable most likely.
      for (const forced of [0, 0x9100, 0x9b00]) {
        compress(low, high | forced, pair);
        if (pair.high === 0) continue;
        const { base, limit, access } = segmentOf(pair.low, pair.high);
        expect(base + limit).toBeLessThan(BELOW_AREA);
        expect((access >> 13) & 3).not.toBe(0);
        expect(access & 0x1000).toBe(0x1000);
        expect(access & 0x0c00).not.toBe(0x0400);
      }
    }),
    { seed: 3, numRuns: 3000 },
  );
});
