/** What is hard for a translator: code that changes, code on two pages, memory that moves, guests that mean harm. */
import { describe, expect, test } from "vitest";
import { CR0, CR4 } from "../../../../src/machine/cpu/cpu.ts";
import { EBP, EBX } from "../../../../src/machine/cpu/registers.ts";
import { updateMode } from "../../../../src/machine/cpu/segments.ts";
import { assemble } from "../../../../src/machine/isa/index.ts";
import { loadFlat } from "../../../../src/machine/load/flat.ts";
import { Machine } from "../../../../src/machine/machine.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { emulation } from "../../../../src/virt/cpu/emulate/engine.ts";
import { createVm } from "../../../../src/virt/cpu/engine.ts";
import { Random } from "../../../oracle/random.ts";

const MEMORY = 4 << 20;
const ORIGIN = 0x10000;
const DIRECTORY = 0x1000;
const TABLE = 0x2000;
const PAGE = 4096;
/** Accessed and dirty. */
const MARKS = 0x60;
const LIMIT = 3_000_000;
const NAMES = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];

/** Flat code of ring 0 at ORIGIN, paging on: 4 MiB one to one by 4-KiB pages, tables at DIRECTORY and TABLE. */
function load(machine: Machine, code: Uint8Array): void {
  const { bus, cpu } = machine;
  loadFlat(machine, code, { origin: ORIGIN, mode: "protected" });
  for (let page = 0; page < 1024; page++) bus.view.setInt32(TABLE + 4 * page, (page << 12) | 3, true);
  bus.view.setInt32(DIRECTORY, TABLE | 3, true);
  cpu.cr0 |= CR0.PG;
  cpu.cr4 |= CR4.PSE;
  cpu.cr3 = DIRECTORY;
  cpu.memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
  cpu.memory.loadCr3(DIRECTORY, 0);
  updateMode(cpu);
}

const native = (): Machine => new Machine({ memory: MEMORY, firmware: false });
const translated = () =>
  createVm({ memory: MEMORY, firmware: false, monitor: UNIT_MONITOR, apart: true }, emulation);

function run(machine: Machine, code: Uint8Array): Record<string, unknown> {
  load(machine, code);
  const { reason } = machine.run({ limit: LIMIT });
  const { cpu } = machine;
  const registers = Object.fromEntries(NAMES.map((name, i) => [name, cpu.r32[2 * i]]));
  return { reason, ip: cpu.ip, flags: cpu.flags.value, cr2: cpu.cr2, ...registers };
}

/** Runs a program both ways and returns what both have left; `check` looks at its registers. */
function both(source: string): Record<string, unknown> {
  const { bytes } = assemble(`bits 32\norg ${ORIGIN}\n${source}`);
  const [machine, vm] = [native(), translated()];
  const expected = run(machine, bytes);
  expect(run(vm.machine, bytes)).toEqual(expected);
  expect(Buffer.compare(vm.machine.bus.ram, machine.bus.ram)).toBe(0);
  return expected;
}

describe("code that changes", () => {
  test("further on in the same block", () => {
    const { eax, ebx } = both(`
        mov   ebx, 7
        mov   byte [later + 1], 42
        add   ebx, 1
later:  mov   eax, 1
        hlt`);
    expect([eax, ebx]).toEqual([42, 8]);
  });

  test("in a loop, its own immediate operand each time", () => {
    const { eax } = both(`
        xor   eax, eax
        mov   ecx, 100
again:  add   eax, 1
        inc   byte [again + 2]
        dec   ecx
        jnz   again
        hlt`);
    // 1 + 2 + … + 100
    expect(eax).toBe(5050);
  });

  test("in a block that others were chained to", () => {
    const { eax } = both(`
        xor   eax, eax
        mov   ecx, 20
again:  call  sub
        cmp   ecx, 10
        jne   same
        mov   byte [sub + 2], 100
same:   dec   ecx
        jnz   again
        hlt
sub:    add   eax, 1
        ret`);
    expect(eax).toBe(11 + 9 * 100);
  });

  test("by a string instruction that overwrites itself and what follows", () => {
    const { eax } = both(`
        mov   esi, new
        mov   edi, here
        mov   ecx, new.end - new
        mov   eax, 5
here:   rep   movsb
        mov   eax, 1
        mov   eax, 2
        hlt
        times 16 nop
new:    rep   movsb
        add   eax, 10
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        hlt
.end:`);
    expect(eax).toBe(15);
  });

  test("data beside code: only the block that it hits goes", () => {
    const vm = translated();
    const { bytes } = assemble(`
        bits 32
        org ${ORIGIN}
        mov   ecx, 500
again:  inc   dword [data]
        dec   ecx
        jnz   again
        hlt
data:   dd 0`);
    run(vm.machine, bytes);
    expect(vm.machine.bus.view.getInt32(ORIGIN + bytes.length - 4, true)).toBe(500);
    expect(vm.engine.translations.made).toBeLessThan(10);
  });
});

describe("code on two pages", () => {
  const crossing = (rest: string) => `
        jmp   start
        times 0xffe - ($ - $$) nop
cross:  mov   eax, 0x11223344
        ret
start:  ${rest}
        hlt`;

  test("an instruction that goes on in the next page", () => {
    const { eax } = both(crossing("mov ecx, 50\nmore: call cross\ndec ecx\njnz more"));
    expect(eax).toBe(0x11223344);
  });

  test("whose second part is overwritten", () => {
    const { eax } = both(crossing("call cross\nmov byte [cross + 4], 0x55\ncall cross"));
    expect(eax).toBe(0x55223344);
  });

  test("whose second page is another one after INVLPG", () => {
    // The copy at 0x80000 differs in one byte of the operand.
    const { eax, ebx } = both(
      crossing(`
        mov   esi, ${ORIGIN + 0x1000}
        mov   edi, 0x80000
        mov   ecx, 1024
        rep   movsd
        mov   byte [0x80002], 0x77
        call  cross
        mov   ebx, eax
        mov   eax, [${TABLE} + 4 * ${(ORIGIN >> 12) + 1}]
        mov   dword [${TABLE} + 4 * ${(ORIGIN >> 12) + 1}], 0x80003
        invlpg [${ORIGIN + 0x1000}]
        call  cross`),
    );
    expect([ebx, eax]).toEqual([0x11223344, 0x77223344]);
  });
});

describe("memory that moves", () => {
  test("a page under another frame, by INVLPG and by CR3", () => {
    const { eax, ebx, edx } = both(`
        mov   dword [0x200000], 1
        mov   dword [0x201000], 2
        mov   dword [0x202000], 3
        mov   eax, [0x200000]
        mov   dword [${TABLE} + 4 * 0x200], 0x201003
        invlpg [0x200000]
        mov   ebx, [0x200000]
        mov   dword [${TABLE} + 4 * 0x200], 0x202003
        mov   edx, cr3
        mov   cr3, edx
        mov   edx, [0x200000]
        hlt`);
    expect([eax, ebx, edx]).toEqual([1, 2, 3]);
  });

  test("a large page: INVLPG anywhere in it drops all of it", () => {
    const { eax, ebx } = both(`
        mov   dword [${DIRECTORY} + 4 * 4], 0x83
        mov   dword [0x300000], 5
        mov   eax, [0x1300000]
        mov   dword [${DIRECTORY} + 4 * 4], 0
        mov   dword [${DIRECTORY} + 4 * 4], ${TABLE} | 3
        mov   dword [${TABLE} + 4 * 0x300], 0x310003
        mov   dword [0x310000], 6
        invlpg [0x1000000]
        invlpg [0x1300000]
        mov   ebx, [0x1300000]
        hlt`);
    expect([eax, ebx]).toEqual([5, 6]);
  });

  test("accesses of every alignment over a page's end", () => {
    both(`
        mov   edi, 0x200ff8
        mov   eax, 0x01020304
again:  mov   [edi], eax
        add   eax, [edi + 1]
        xor   [edi - 1], ax
        add   eax, 0x9e3779b1
        inc   edi
        cmp   edi, 0x201008
        jb    again
        hlt`);
  });
});

test("alignment is checked from the instruction on that asks for it", () => {
  const { reason, eax, ebx } = both(`
        mov   dword [${DIRECTORY}], ${TABLE} | 7
        mov   edi, ${TABLE}
        mov   ecx, 1024
user:   or    dword [edi], 4
        add   edi, 4
        loop  user
        mov   eax, cr3
        mov   cr3, eax
        mov   dword [0x90018], 0xffff
        mov   dword [0x9001c], 0xcffa00
        mov   dword [0x90020], 0xffff
        mov   dword [0x90024], 0xcff200
        lgdt  [gdtr]
        mov   eax, cr0
        or    eax, 1 << 18
        mov   cr0, eax
        xor   ebx, ebx
        push  dword 0x23
        push  dword 0x80000
        pushfd
        push  dword 0x1b
        push  dword ring3
        mov   eax, 0x23
        mov   ds, eax
        iret
ring3:  mov   dword [0x200000], 0x11223344
        mov   eax, [0x200001]
        pushfd
        or    dword [esp], 1 << 18
        popfd
        mov   ebx, [0x200001]
        hlt
gdtr:   dw    0x27
        dd    0x90000`);
  expect([reason, eax, ebx]).toEqual(["shutdown", 0x112233, 0]);
});

test("an access that only looked like a page fault leaves no trace of one", () => {
  // The last byte of the address space and what follows it: #SS, and CR2 stays.
  const { reason, cr2 } = both("mov ebp, -1\nleave\nhlt");
  expect([reason, cr2]).toEqual(["shutdown", 0]);
});

describe("guests that mean harm", () => {
  const SEGMENTS = 1024;

  test("page tables that point at all of physical memory reach the guest's own", () => {
    const vm = translated();
    const { host, machine } = vm;
    // Reads and writes through page N of 4 MiB, for every N: linear 40000000h is physical N · 4 MiB.
    const { bytes } = assemble(`
        bits 32
        org ${ORIGIN}
        xor   ebx, ebx
next:   mov   eax, ebx
        shl   eax, 22
        or    eax, 0x83
        mov   [${DIRECTORY} + 4 * 0x100], eax
        invlpg [0x40000000]
        mov   ecx, 0x40100000
        mov   eax, [ecx]
        mov   dword [ecx], 0xdeadbeef
        mov   eax, [ecx + 0x2ff000]
        mov   dword [ecx + 0x2fefff], 0xdeadbeef
        inc   ebx
        cmp   ebx, ${SEGMENTS - 6}
        jb    next
        hlt`);
    load(machine, bytes);
    const before = host.bus.ram.slice(0, host.base);
    expect(machine.run({ limit: LIMIT }).reason).toBe("halt");
    expect(machine.bus.view.getInt32(0x100000, true)).toBe(0xdeadbeef | 0);
    // Before the environment lie P's page tables and its stack, behind the translations nothing: the processor's own marks aside, all is as it was.
    const env = host.cpu.r32[EBP] as number;
    const end = host.base - PAGE * host.frames.left;
    const dwords = (ram: Uint8Array) => {
      const all = new Int32Array(ram.buffer, ram.byteOffset, host.base / 4).map((entry) => entry & ~MARKS);
      return Buffer.from(all.fill(0, env / 4, end / 4).buffer);
    };
    expect(Buffer.compare(dwords(before), dwords(host.bus.ram))).toBe(0);
  });

  test("wild code, wild registers: it ends as it does on the bare machine", () => {
    const random = new Random(7);
    let same = 0;
    for (let n = 0; n < 25; n++) {
      const code = Uint8Array.from({ length: 64 }, () => random.below(256));
      const [machine, vm] = [native(), translated()];
      for (const one of [machine, vm.machine]) load(one, code);
      for (let i = 0; i < 8; i++)
        machine.cpu.r32[2 * i] = vm.machine.cpu.r32[2 * i] = random.percent(50)
          ? random.bits()
          : 0x100000 + random.below(0x80000);
      const stop = machine.run({ limit: 2000 });
      const found = vm.machine.run({ limit: 400_000 });
      if (stop.reason === "limit") continue;
      expect(found.reason).toBe(stop.reason);
      expect(Buffer.compare(vm.machine.bus.ram, machine.bus.ram)).toBe(0);
      same++;
    }
    expect(same).toBeGreaterThan(20);
  });

  test("jumps to where no memory is, to devices and to the last byte", () => {
    // Without an interrupt table each is a triple fault, at the instruction that cannot be fetched.
    for (const target of [0xfee00000, 0x400000, 0xffffffff, 0x3fffff]) {
      const { reason } = both(`mov eax, ${target}\njmp eax`);
      expect(reason).toBe("shutdown");
    }
  });

  test("a storm of interrupts", () => {
    const { machine, engine } = translated();
    const { bytes } = assemble(`
        bits 32
        org ${ORIGIN}
        mov   word [0x3000 + 8 * 0x20], handler - 0x10000
        mov   word [0x3000 + 8 * 0x20 + 2], 8
        mov   dword [0x3000 + 8 * 0x20 + 4], 0x18e00
        lidt  [idtr]
        %macro  send 2
        mov   al, %2
        out   %1, al
        %endmacro
        send  0x20, 0x11
        send  0x21, 0x20
        send  0x21, 4
        send  0x21, 1
        send  0x21, 0xfe
        send  0x43, 0x34
        send  0x40, 4
        send  0x40, 0
        xor   ebx, ebx
        mov   ecx, 30000
        sti
again:  add   ebx, ecx
        rol   ebx, 5
        inc   dword [0x4000]
        dec   ecx
        jnz   again
        cli
        hlt
handler:
        push  eax
        inc   dword [0x4004]
        mov   al, 0x20
        out   0x20, al
        pop   eax
        iret
idtr:   dw    0x7ff
        dd    0x3000`);
    load(machine, bytes);
    expect(machine.run({ limit: LIMIT }).reason).toBe("halt");
    let sum = 0;
    for (let i = 30000; i > 0; i--) {
      sum = (sum + i) | 0;
      sum = (sum << 5) | (sum >>> 27);
    }
    expect(machine.cpu.r32[EBX]).toBe(sum);
    expect(machine.bus.view.getInt32(0x4000, true)).toBe(30000);
    const taken = machine.bus.view.getInt32(0x4004, true);
    expect(taken).toBeGreaterThan(20);
    expect(engine.crossings.get("interrupt")).toBeGreaterThan(20);
  });
});

test("a snapshot of it goes on on the bare machine", () => {
  const source = assemble(`
        bits 32
        org ${ORIGIN}
        xor   eax, eax
        mov   ecx, 20000
again:  add   eax, ecx
        rol   eax, 3
        dec   ecx
        jnz   again
        hlt`).bytes;
  const [whole, other, vm] = [native(), native(), translated()];
  const expected = run(whole, source);
  load(vm.machine, source);
  vm.machine.run({ limit: 60_000 });
  other.load(vm.machine.save());
  other.run({ limit: LIMIT });
  expect(other.cpu.r32[0]).toBe(expected.eax);
  expect(other.cpu.ip).toBe(expected.ip);
});
