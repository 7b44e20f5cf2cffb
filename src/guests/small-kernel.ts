/**
 * A kernel of one page for guests that are to misbehave, or to be looked at closely: every exception is written down (vector, error code, CR2) and goes on at [resume], INT 80h from
 * any ring ends the run. It starts in protected mode without paging, and goes on with its segments, gates, task and pages.
 *
 *     1000h  page directory: 0 … 4 MiB one to one, for programs too
 *     2000h  what happened: three dwords each
 *     10000h kernel, GDT, IDT, TSS        9000h  kernel stack      a000h  a program's stack
 */
import { assemble } from "../machine/isa/asm/assemble.ts";
import { loadFlat } from "../machine/load/flat.ts";
import type { Machine } from "../machine/machine.ts";

const ORIGIN = 0x10000;
const LOG = 0x2000;
const LOG_END = 0x2300;

/** Puts the kernel with `body` into a machine; `body` runs in ring 0, EDI being the log's end, and ends by `int 0x80`. */
export function loadSmallKernel(machine: Machine, body: string, data = ""): void {
  const { bytes } = assemble(source(body, data), { file: "small kernel" });
  loadFlat(machine, bytes, { origin: ORIGIN, mode: "protected" });
  machine.executor?.adopt();
}

/** What was written down: "13 (0)", page faults with CR2. */
export function exceptionsOf({ bus }: Machine): string[] {
  const all: string[] = [];
  for (let at = LOG; at < LOG_END; at += 12) {
    const vector = bus.view.getInt32(at, true);
    if (vector === 0 && bus.view.getInt32(at + 4, true) !== 0x1ee7) return all;
    const error = bus.view.getUint32(at + 8, true).toString(16);
    all.push(`${vector} (${error})`);
  }
  return all;
}

/** Goes on behind `instructions` should they fault. */
export const attempt = (instructions: string, n: number) => `
  mov dword [resume], .after${n}
  ${instructions}
.after${n}:`;

/** Attempts one after another. */
export const attempts = (...all: string[]) => all.map(attempt).join("\n");

/** The rest runs in ring 3. */
export const IN_RING_3 = `
  push dword 0x23
  push dword 0xa000
  pushfd
  push dword 0x1b
  push dword .program
  iretd
.program:
  mov ax, 0x23
  mov ds, ax
  mov es, ax`;

/** With what is pushed by the processor, or a zero in its place, and the vector. */
function stubs(): string {
  const withError = new Set([8, 10, 11, 12, 13, 14, 17]);
  return Array.from({ length: 32 }, (_, n) =>
    [`align 16`, withError.has(n) ? "" : "push dword 0", `push dword ${n}`, "jmp common"].join("\n"),
  ).join("\n");
}

const source = (body: string, data: string) => `
  bits 32
  org ${ORIGIN}
main:
  mov esp, 0x9000
  mov al, 0xff                                  ; no device interrupts
  out 0x21, al
  out 0xa1, al
  lgdt [gdt_pointer]
  jmp 8:.reload
.reload:
  mov ax, 0x10
  mov ds, ax
  mov es, ax
  mov ss, ax
  xor eax, eax
  mov fs, ax
  mov gs, ax
  mov eax, tss
  mov [gdt + 0x2a], ax
  shr eax, 16
  mov [gdt + 0x2c], al
  mov ax, 0x28
  ltr ax
  xor ecx, ecx
.gate:
  mov eax, ecx
  shl eax, 4
  add eax, stubs
  mov [idt + ecx * 8], ax
  mov word [idt + ecx * 8 + 2], 8
  mov dword [idt + ecx * 8 + 4], 0x18e00
  inc ecx
  cmp ecx, 32
  jb .gate
  mov eax, finish
  mov [idt + 0x400], ax
  mov dword [idt + 0x402], 0xee000008
  mov word [idt + 0x406], 1
  lidt [idt_pointer]
  mov dword [0x1000], 0x87
  mov eax, 0x10
  mov cr4, eax
  mov eax, 0x1000
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80010000
  mov cr0, eax
  mov dword [log], ${LOG}
  ${body}
  int 0x80

finish:
  mov al, 3
  out 0xf4, al
  jmp finish

common:
  pushad
  push ds
  mov ax, 0x10
  mov ds, ax
  mov edi, [log]
  mov eax, [esp + 36]
  mov [edi], eax
  mov dword [edi + 4], 0x1ee7
  mov eax, [esp + 40]
  mov [edi + 8], eax
  cmp edi, ${LOG_END - 12}
  jae finish
  add dword [log], 12
  mov eax, [resume]
  mov [esp + 44], eax
  pop ds
  popad
  add esp, 8
  iretd

  align 16
stubs:
  ${stubs()}

  align 8
gdt:
  dq 0
  dq 0x00cf9a000000ffff, 0x00cf92000000ffff     ; 08, 10: ring 0
  dq 0x00cffa000000ffff, 0x00cff2000000ffff     ; 18, 20: ring 3
  dq 0x0000890000000067                         ; 28: the task
spare:
  dq 0, 0, 0, 0, 0, 0, 0, 0                     ; 30 …
gdt_pointer:
  dw gdt_pointer - gdt - 1
  dd gdt
  align 8
idt:
  times 0x81 dq 0
idt_pointer:
  dw idt_pointer - idt - 1
  dd idt
  align 4
tss:
  dd 0, 0x9000, 0x10
  times 22 dd 0
  dw 0, 104
log:
  dd 0
resume:
  dd 0
  ${data}
`;
