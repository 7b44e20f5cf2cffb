/**
 * The world that fragments of kernel code run in: protected mode, paging, ring 0, everything identity-mapped. Every exception and
 * interrupt is written down by a handler of its own code, which goes on at the fragment's next item.
 *
 *     1000 GDT · 2000 IDT · 3000 TSS · 4000 LDT · 5000 handlers · 8000 page directory · 9000, A000 page tables, all three out of
 *     the way at 3F8000: what changes them must flush the TLB as well, or two processors may disagree
 *     C000 log · E000 the handlers' variables · 10000 fragment · 14000 what it calls · 18000 ring 3's code
 *     20000 … 24000 data: plain, plain, read-only, absent · 28000 … 2B000 what the top 4 MiB map · 31000, 33000, 35000 stacks
 */
import type { Bus } from "../../../../src/machine/bus.ts";
import { type Cpu, CR0, CR4, LDTR, TR } from "../../../../src/machine/cpu/cpu.ts";
import { setSegment, updateMode } from "../../../../src/machine/cpu/segments.ts";
import { assemble } from "../../../../src/machine/isa/asm/assemble.ts";
import { CS, DS, ES, FS, GS, SS } from "../../../../src/machine/isa/instruction.ts";
import type { Machine } from "../../../../src/machine/machine.ts";
import { gate, segment } from "../../../machine/cpu/world.ts";

export const MEMORY = 1 << 20;
export const GDT = 0x1000;
export const IDT = 0x2000;
export const TSS = 0x3000;
const LDT_AT = 0x4000;
const HANDLERS = 0x5000;
export const DIRECTORY = 0x8000;
export const TABLE = 0x9000;
export const TOP_TABLE = 0xa000;
/** Linear address of a physical one of the three pages. */
export const tableAddress = (at: number) => at + 0x3f0000;
export const LOG = 0xc000;
/** Dwords: next entry of the log, events so far, EIP and ESP to go on with after ring 3, then the addresses of items. */
export const VARIABLES = 0xe000;
const STARTS = VARIABLES + 0x40;
export const CODE = 0x10000;
export const CALLED = 0x14000;
export const USER_CODE = 0x18000;
export const DATA = 0x20000;
export const READ_ONLY = 0x22000;
export const ABSENT = 0x23000;
export const STACK = 0x31000;
const INNER_STACK = 0x33000;
export const USER_STACK = 0x35000;
const MOST_EVENTS = 40;
/** Interrupt lines that fragments raise with the test device: 0, and one of the second controller. */
export const LINES = [5, 11] as const;

/** Selectors, without RPL. */
export const SELECTOR = {
  code: 0x08,
  data: 0x10,
  userCode: 0x18,
  userData: 0x20,
  tss: 0x28,
  /** 4 KiB at DATA. */
  small: 0x30,
  readOnly: 0x38,
  down: 0x40,
  conforming: 0x48,
  absent: 0x50,
  code1: 0x58,
  data1: 0x60,
  /** Code whose base is 1000h. */
  shifted: 0x68,
  stack16: 0x70,
  ldt: 0x78,
  callGate: 0x80,
  /** Code that ends in the middle of the fragment's first page. */
  short: 0x88,
  local: 0x04,
} as const;

const DESCRIPTORS: readonly (readonly [number, readonly [number, number]])[] = [
  [SELECTOR.code, segment(0, 0xfffff, 0x9b, 12)],
  [SELECTOR.data, segment(0, 0xfffff, 0x93, 12)],
  [SELECTOR.userCode, segment(0, 0xfffff, 0xfb, 12)],
  [SELECTOR.userData, segment(0, 0xfffff, 0xf3, 12)],
  [SELECTOR.tss, segment(TSS, 0x67, 0x8b, 0)],
  [SELECTOR.small, segment(DATA, 0xfff, 0x92, 4)],
  [SELECTOR.readOnly, segment(0, 0xfffff, 0x90, 12)],
  [SELECTOR.down, segment(0, 0x1f, 0x96, 12)],
  [SELECTOR.conforming, segment(0, 0xfffff, 0x9e, 12)],
  [SELECTOR.absent, segment(0, 0xfffff, 0x12, 12)],
  [SELECTOR.code1, segment(0, 0xfffff, 0xba, 12)],
  [SELECTOR.data1, segment(0, 0xfffff, 0xb2, 12)],
  [SELECTOR.shifted, segment(0x1000, 0xffffe, 0x9a, 12)],
  [SELECTOR.stack16, segment(0, 0xfffff, 0x92, 0)],
  [SELECTOR.ldt, segment(LDT_AT, 0x1f, 0x82, 0)],
  [SELECTOR.short, segment(0, CODE + 0x60, 0x9a, 4)],
];

/** Without an error code the stub pushes 0. */
const HANDLER_SOURCE = `
bits 32
org ${HANDLERS}
%assign vector 0
%rep 49
  align 16
  %if ((0x00027D00 >> vector) & 1) == 0 || vector >= 32
    push dword 0
  %endif
  push dword vector
  jmp common
%assign vector vector + 1
%endrep
common:
  push ds
  push es
  pushad
  mov eax, ${SELECTOR.data}
  mov ds, eax
  mov es, eax
  cld
  mov ebx, [${VARIABLES}]
  mov eax, [esp + 40]
  mov [ebx], eax
  mov eax, [esp + 44]
  mov [ebx + 4], eax
  mov eax, [esp + 48]
  mov [ebx + 8], eax
  mov eax, [esp + 52]
  mov [ebx + 12], eax
  mov eax, [esp + 56]
  mov [ebx + 16], eax
  mov eax, cr2
  mov [ebx + 20], eax
  mov [ebx + 24], esp
  add ebx, 28
  mov [${VARIABLES}], ebx
  inc dword [${VARIABLES} + 4]
  cmp dword [${VARIABLES} + 4], ${MOST_EVENTS}
  jae finish
  mov ecx, [esp + 40]
  cmp ecx, 32
  jb fault
  cmp ecx, 48
  je leave
  mov al, 0x20
  out 0xA0, al
  out 0x20, al
  mov dx, 0x2000 + ${LINES[0]}
  xor eax, eax
  out dx, al
  mov dx, 0x2000 + ${LINES[1]}
  out dx, al
  jmp leave
fault:
  cmp ecx, 1
  je leave
  cmp ecx, 3
  je leave
  cmp ecx, 4
  je leave
  mov edx, [esp + 48]
  mov esi, ${STARTS}
seek:
  lodsd
  test eax, eax
  jz finish
  cmp eax, edx
  jbe seek
  mov [esp + 48], eax
leave:
  test byte [esp + 52], 3
  jnz outer
  popad
  pop es
  pop ds
  add esp, 8
  iret
outer:
  popad
  pop es
  pop ds
  mov esp, [ss:${VARIABLES} + 12]
  jmp [ss:${VARIABLES} + 8]
finish:
  mov al, 1
  out 0xF4, al
`;

let image: Uint8Array | undefined;

/** All of memory without a fragment. */
function template(): Uint8Array {
  if (image !== undefined) return image;
  const ram = new Uint8Array(MEMORY);
  const view = new DataView(ram.buffer);
  const put = (at: number, value: number) => view.setUint32(at, value >>> 0, true);
  // INT3 where no code is: whoever gets there has forty events left, and not thousands of zeros to execute.
  for (const [from, to] of [
    [0, GDT],
    [CODE, DATA],
  ] as const)
    ram.fill(0xcc, from, to);
  const { bytes } = assemble(HANDLER_SOURCE);
  ram.set(bytes, HANDLERS);
  for (const [selector, [low, high]] of DESCRIPTORS) {
    put(GDT + selector, low);
    put(GDT + selector + 4, high);
  }
  const [gateLow, gateHigh] = gate(SELECTOR.code, CALLED, 0xec);
  put(GDT + SELECTOR.callGate, gateLow);
  put(GDT + SELECTOR.callGate + 4, gateHigh);
  put(LDT_AT, segment(0, 0xfffff, 0x92, 12)[0]);
  put(LDT_AT + 4, segment(0, 0xfffff, 0x92, 12)[1]);
  for (let vector = 0; vector < 48; vector++) {
    // Breakpoint and overflow are for ring 3 as well.
    const access = vector === 3 || vector === 4 ? 0xef : 0x8e;
    const [low, high] = gate(SELECTOR.code, HANDLERS + 16 * vector, access);
    put(IDT + 8 * vector, low);
    put(IDT + 8 * vector + 4, high);
  }
  const [low, high] = gate(SELECTOR.code, HANDLERS + 16 * 48, 0xef);
  put(IDT + 8 * 0x80, low);
  put(IDT + 8 * 0x80 + 4, high);
  put(TSS + 4, INNER_STACK);
  put(TSS + 8, SELECTOR.data);
  put(TSS + 12, INNER_STACK - 0x800);
  put(TSS + 16, SELECTOR.data1 | 1);
  put(TSS + 100, 0x68 << 16);
  put(DIRECTORY, TABLE | 7);
  put(DIRECTORY + 4 * 1023, TOP_TABLE | 7);
  for (let page = 0; page < MEMORY / 4096; page++) put(TABLE + 4 * page, (page << 12) | 3);
  for (const at of [DIRECTORY, TABLE, TOP_TABLE]) {
    put(TABLE + (tableAddress(at) >>> 10), at | 3);
    put(TABLE + (at >>> 10), 0);
  }
  for (const at of [USER_CODE, DATA, USER_STACK - 4096]) put(TABLE + (at >>> 10), at | 7);
  put(TABLE + (READ_ONLY >>> 10), READ_ONLY | 1);
  put(TABLE + (ABSENT >>> 10), ABSENT | 2);
  // What a monitor has at the top is for the guest to use as well.
  for (const [page, frame] of [
    [0, 0x28000],
    [1, 0x29000],
    [0x20, 0x2a000],
    [0x3ff, 0x2b000],
  ] as const)
    put(TOP_TABLE + 4 * page, frame | 7);
  for (let at = DATA; at < DATA + 0x3000; at += 4) put(at, Math.imul(at, 0x9e3779b1) ^ 0x5bd1e995);
  put(VARIABLES, LOG);
  image = ram;
  return ram;
}

/** A fragment in bytes. */
export interface Fragment {
  /** Pieces of memory. */
  readonly pieces: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  /** Addresses of its items, rising. */
  readonly starts: readonly number[];
  /** EAX … EDI; ESP is the world's. */
  readonly registers: readonly number[];
  readonly flags: number;
  /** Bits of CR0 besides PE and PG. */
  readonly cr0: number;
}

/** Writes what differs only, so that decoded handlers stay. */
function restore(bus: Bus): void {
  const ram = template();
  for (let at = 0; at < MEMORY; at += 4096) {
    const page = ram.subarray(at, at + 4096);
    if (Buffer.compare(page, bus.ram.subarray(at, at + 4096)) !== 0) bus.dmaWrite(at as never, page);
  }
}

/** Resets a machine into the world, at the fragment's beginning. */
export function prepare(machine: Machine, fragment: Fragment): void {
  machine.reset();
  const { cpu, bus } = machine;
  restore(bus);
  for (const { at, bytes } of fragment.pieces) bus.dmaWrite(at as never, bytes);
  const starts = new DataView(new ArrayBuffer(4 * fragment.starts.length + 4));
  for (const [i, at] of fragment.starts.entries()) starts.setUint32(4 * i, at, true);
  bus.dmaWrite(STARTS as never, new Uint8Array(starts.buffer));
  preparePic(machine);
  cpu.cr0 = CR0.PE | CR0.PG | CR0.ET | CR0.NE | fragment.cr0;
  cpu.cr4 = CR4.OSFXSR;
  cpu.cr3 = DIRECTORY;
  cpu.memory.setControl(cpu.cr0, cpu.cr4, 0);
  cpu.memory.loadCr3(DIRECTORY, 0);
  for (const seg of [ES, SS, DS, FS, GS]) setSegment(cpu, seg, SELECTOR.data, 0, 0xffffffff, 0xc09300);
  setSegment(cpu, CS, SELECTOR.code, 0, 0xffffffff, 0xc09b00);
  setSegment(cpu, TR, SELECTOR.tss, TSS, 0x67, 0x8b00);
  setSegment(cpu, LDTR, SELECTOR.ldt, LDT_AT, 0x1f, 0x8200);
  Object.assign(cpu.gdtr, { base: GDT, limit: SELECTOR.short + 7 });
  Object.assign(cpu.idtr, { base: IDT, limit: 8 * 0x81 - 1 });
  cpu.cpl = 0;
  updateMode(cpu);
  for (const [i, value] of fragment.registers.entries()) cpu.r32[2 * i] = value;
  cpu.r32[8] = STACK;
  cpu.flags.value = fragment.flags;
  cpu.ip = CODE;
  machine.executor?.adopt();
}

/** Both controllers, vectors 20h and 28h; only the lines of LINES are open. */
function preparePic(machine: Machine): void {
  const out = (port: number, value: number) => machine.bus.out(port, value, 1);
  for (const [port, base, third] of [
    [0x20, 0x20, 4],
    [0xa0, 0x28, 2],
  ] as const) {
    out(port, 0x11);
    out(port + 1, base);
    out(port + 1, third);
    out(port + 1, 1);
  }
  out(0x21, ~((1 << LINES[0]) | 4) & 0xff);
  out(0xa1, ~(1 << (LINES[1] - 8)) & 0xff);
}

/** Everything of the guest's that two runs must agree on. */
export interface Outcome {
  readonly stop: string;
  readonly cpu: Readonly<Record<string, number>>;
  /** The machine's own. */
  readonly ram: Uint8Array;
}

const NAMES = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];
const SEGMENT_NAMES = ["es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"];

export function outcome(machine: Machine, limit: number): Outcome {
  const stop = machine.run({ limit });
  const { cpu, bus } = machine;
  return { stop: JSON.stringify(stop), cpu: stateOf(cpu), ram: bus.ram };
}

function stateOf(cpu: Cpu): Record<string, number> {
  const state: Record<string, number> = {};
  for (const [i, name] of NAMES.entries()) state[name] = cpu.r32[2 * i] as number;
  for (const [i, name] of SEGMENT_NAMES.entries()) {
    state[name] = cpu.segments.selector[i] as number;
    state[`${name} base`] = cpu.segments.base[i] as number;
    state[`${name} limit`] = cpu.segments.limit[i] as number;
    state[`${name} access`] = cpu.segments.access[i] as number;
  }
  state.eip = cpu.ip;
  state.eflags = cpu.flags.value;
  state.cpl = cpu.cpl;
  Object.assign(state, { cr0: cpu.cr0, cr2: cpu.cr2, cr3: cpu.cr3, cr4: cpu.cr4 });
  Object.assign(state, { gdtr: cpu.gdtr.base, "gdtr limit": cpu.gdtr.limit });
  Object.assign(state, { idtr: cpu.idtr.base, "idtr limit": cpu.idtr.limit });
  return state;
}

/** Accessed bits of page-table entries: a processor may set them for what it only prepares to use (SDM Vol. 3, 4.8). */
const ACCESSED = 0x20;
const TABLES = [DIRECTORY, TABLE, TOP_TABLE];

export const isTable = (at: number) => TABLES.includes(at & -4096);

/** What differs, in words; empty: nothing. */
export function differences(expected: Outcome, actual: Outcome): string[] {
  const found: string[] = [];
  if (expected.stop !== actual.stop) found.push(`stop: ${expected.stop}, not ${actual.stop}`);
  for (const [name, value] of Object.entries(expected.cpu))
    if (actual.cpu[name] !== value)
      found.push(`${name}: ${hex(value)}, not ${hex(actual.cpu[name] as number)}`);
  for (let page = 0; page < MEMORY; page += 4096) {
    const mask = TABLES.includes(page) ? ~ACCESSED : -1;
    const [a, b] = [expected.ram.subarray(page, page + 4096), actual.ram.subarray(page, page + 4096)];
    if (Buffer.compare(a, b) === 0) continue;
    for (let at = 0; at < 4096 && found.length < 20; at++) {
      const [is, was] = [a[at] as number, b[at] as number];
      if (((is ^ was) & ((at & 3) === 0 ? mask : -1)) !== 0)
        found.push(`[${hex(page + at)}]: ${hex(is)}, not ${hex(was)}`);
    }
  }
  return found;
}

const hex = (value: number) => (value >>> 0).toString(16);
