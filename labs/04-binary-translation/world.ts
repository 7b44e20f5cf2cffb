/**
 * Where fragments of kernel code run, translated or on the bare machine: protected mode, flat segments, ring 0, no paging. Every exception
 * and interrupt is written into a log by a handler of the guest's own, and so is what the fragment says.
 *
 *     1000 GDT · 2000 IDT · 5000 handlers · 10000 fragment · 20000 data · 30000 log (EBP) · stack below 40000
 */
import { CR0 } from "../../src/machine/cpu/cpu.ts";
import { setSegment, updateMode } from "../../src/machine/cpu/segments.ts";
import { assemble, type Gpa, type Machine } from "../../src/machine/index.ts";
import { CS, DS, ES, FS, GS, SS } from "../../src/machine/isa/index.ts";

export const MEMORY = 1 << 20;
const GDT = 0x1000;
const IDT = 0x2000;
const HANDLERS = 0x5000;
export const CODE = 0x10000;
export const DATA = 0x20000;
export const DATA_BYTES = 0x100;
export const LOG = 0x30000;
const STACK = 0x40000;
/** The line that fragments raise: `out dx, eax` with DX = LINE. It comes by vector 25h. */
export const LINE = 0x2005;
/** The timer's vector: its interrupts are not logged, for their times are not the same on two machines. */
const TIMER = 0x20;
const VECTORS = 64;
/** Faults with an error code. */
const WITH_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);
/** What an entry of the log is: its second dword, below 256 · vector. */
export const SAID = 1;
export const CAME = 2;

const HANDLER_SOURCE = `
bits 32
org ${HANDLERS}
${Array.from(
  { length: VECTORS },
  (_, vector) => `
  align 32
  ${WITH_CODE.has(vector) ? "lea esp, [esp + 4]" : ""}
  push eax
  ${vector === TIMER ? "jmp tick" : ""}
  mov dword [ebp + 4], ${CAME + 256 * vector}
  jmp ${vector < 32 ? "fault" : "common"}`,
).join("")}
tick:
  mov al, 0x20
  out 0x20, al
  pop eax
  iret
common:
  mov eax, [esp + 4]
  mov [ebp], eax
  lea ebp, [ebp + 8]
  push edx
  mov dx, ${LINE}
  xor eax, eax
  out dx, eax
  mov al, 0x20
  out 0x20, al
  pop edx
  pop eax
  iret
fault:
  mov eax, [esp + 4]
  mov [ebp], eax
  out 0xF4, al
`;

/** "say eax" logs a register, and "end" is the end. */
export const expand = (program: string): string =>
  `bits 32\norg ${CODE}\n${program
    .replace(/^(\w+:)?(\s*)say (\w+)/gm, `$1 mov [ebp], $3\nmov dword [ebp + 4], ${SAID}\nlea ebp, [ebp + 8]`)
    .replace(/^(\w+:)?(\s*)end$/gm, "$1 out 0xF4, al")}\nout 0xF4, al`;

let handlers: Uint8Array | undefined;
/** The same fragments run again and again. */
const assembled = new Map<string, Uint8Array>();
const MOST_ASSEMBLED = 1000;

function bytesOf(program: string): Uint8Array {
  const known = assembled.get(program);
  if (known) return known;
  if (assembled.size >= MOST_ASSEMBLED) assembled.clear();
  const { bytes } = assemble(expand(program));
  assembled.set(program, bytes);
  return bytes;
}

/** Puts a program into a machine that was just made, and the processor at its beginning. */
export function enter(machine: Machine, program: string): void {
  const { cpu, bus } = machine;
  const put = (at: number, ...dwords: number[]) =>
    bus.dmaWrite(at as Gpa, new Uint8Array(Uint32Array.from(dwords).buffer));
  handlers ??= assemble(HANDLER_SOURCE).bytes;
  bus.dmaWrite(HANDLERS as Gpa, handlers);
  bus.dmaWrite(CODE as Gpa, bytesOf(program));
  put(GDT + 8, 0x0000ffff, 0x00cf9b00, 0x0000ffff, 0x00cf9300);
  for (let vector = 0; vector < VECTORS; vector++)
    put(IDT + 8 * vector, (8 << 16) | (HANDLERS + 32 * vector), 0x8e00);
  for (let at = 0; at < DATA_BYTES; at += 4) put(DATA + at, at);
  prepareInterrupts(machine);
  cpu.cr0 = CR0.PE | CR0.ET | CR0.NE;
  cpu.memory.setControl(cpu.cr0, 0, 0);
  for (const seg of [ES, SS, DS, FS, GS]) setSegment(cpu, seg, 0x10, 0, 0xffffffff, 0xc09300);
  setSegment(cpu, CS, 0x08, 0, 0xffffffff, 0xc09b00);
  Object.assign(cpu.gdtr, { base: GDT, limit: 0x17 });
  Object.assign(cpu.idtr, { base: IDT, limit: 8 * VECTORS - 1 });
  cpu.cpl = 0;
  updateMode(cpu);
  for (let register = 0; register < 8; register++) cpu.r32[2 * register] = 0;
  cpu.r32[2 * ESP] = STACK;
  cpu.r32[2 * EBP] = LOG;
  cpu.flags.value = 2;
  cpu.ip = CODE;
  machine.executor?.adopt();
}

const ESP = 4;
const EBP = 5;

/** The first controller at vectors 20h to 27h, and only LINE's input open. */
function prepareInterrupts({ bus }: Machine): void {
  for (const [port, value] of [
    [0x20, 0x11],
    [0x21, 0x20],
    [0x21, 4],
    [0x21, 1],
    [0x21, ~(1 << (LINE & 7)) & 0xff],
    [0xa1, 0xff],
  ] as const)
    bus.out(port, value, 1);
}

/** A timer that interrupts every `count` ticks of 1.19 MHz, while so many jumps from block to block are taken for the first and the second time. */
export const ticking = (jumps: number, count: number): string =>
  `mov al, 0x34
out 0x43, al
mov al, ${count}
out 0x40, al
mov al, 0
out 0x40, al
mov al, 0xDE
out 0x21, al
sti
mov ecx, 2
again:
%rep ${jumps}
jmp $+2
%endrep
dec ecx
jnz again
cli
say ecx
end`;
