/**
 * A disk that calls the BIOS's services one after the other and tells over COM1 what came back: the same program for our
 * BIOS and for SeaBIOS.
 *
 *     name AX BX CX DX SI DI flags     (flags: C, Z or -)
 */
import { assemble } from "../../../src/machine/isa/asm/assemble.ts";

interface Call {
  readonly name: string;
  readonly interrupt: number;
  readonly ax: number;
  readonly bx?: number;
  readonly cx?: number;
  readonly dx?: number;
  /** Assembly before the call. */
  readonly before?: string;
  /** Assembly after it, before the report. */
  readonly after?: string;
}

/** A sum over the 512 bytes at the buffer goes to SI. */
const SUM = "call sum";
/** A disk address packet: sectors, first sector. */
const packet = (count: number, sector: number) =>
  `mov word [packet + 2], ${count}\nmov dword [packet + 8], ${sector}\nmov si, packet`;
const forget = "mov si, 0\nmov di, 0";

export const CALLS: readonly Call[] = [
  { name: "base-memory", interrupt: 0x12, ax: 0 },
  { name: "extended-memory", interrupt: 0x15, ax: 0x8800 },
  { name: "memory-sizes", interrupt: 0x15, ax: 0xe801 },
  { name: "a20-state", interrupt: 0x15, ax: 0x2402 },
  { name: "a20-support", interrupt: 0x15, ax: 0x2403 },
  {
    name: "move-block",
    interrupt: 0x15,
    ax: 0x8700,
    cx: 16,
    before: "call clear\nmov si, segments\nmov di, 0",
    after: SUM,
  },
  { name: "wait", interrupt: 0x15, ax: 0x8600, cx: 0, dx: 2000, after: "mov ax, 0" },
  { name: "unknown-system", interrupt: 0x15, ax: 0x9900 },
  { name: "ebda", interrupt: 0x15, ax: 0xc100, after: "mov bx, es\npush 0\npop es" },
  { name: "disk-reset", interrupt: 0x13, ax: 0, dx: 0x80 },
  { name: "disk-read", interrupt: 0x13, ax: 0x0201, bx: 0x9000, cx: 0x0003, dx: 0x0080, after: SUM },
  { name: "disk-read-head", interrupt: 0x13, ax: 0x0201, bx: 0x9000, cx: 0x0001, dx: 0x0180, after: SUM },
  { name: "disk-read-cylinder", interrupt: 0x13, ax: 0x0201, bx: 0x9000, cx: 0x0105, dx: 0x0380, after: SUM },
  { name: "disk-read-beyond", interrupt: 0x13, ax: 0x0201, bx: 0x9000, cx: 0xffff, dx: 0x0080 },
  { name: "disk-verify", interrupt: 0x13, ax: 0x0401, bx: 0x9000, cx: 0x0003, dx: 0x0080 },
  { name: "disk-status", interrupt: 0x13, ax: 0x0100, dx: 0x80 },
  { name: "disk-unknown", interrupt: 0x13, ax: 0x6500, dx: 0x80 },
  { name: "disk-absent", interrupt: 0x13, ax: 0x0201, bx: 0x9000, cx: 1, dx: 0x81 },
  {
    name: "disk-parameters",
    interrupt: 0x13,
    ax: 0x0800,
    dx: 0x80,
    after: "and cl, 0x3f\nmov ch, 0\nmov di, 0\nmov bx, 0",
  },
  { name: "disk-type", interrupt: 0x13, ax: 0x1500, dx: 0x80 },
  { name: "edd-present", interrupt: 0x13, ax: 0x4100, bx: 0x55aa, dx: 0x80 },
  { name: "edd-read", interrupt: 0x13, ax: 0x4200, dx: 0x80, before: packet(1, 70), after: SUM },
  {
    name: "edd-read-beyond",
    interrupt: 0x13,
    ax: 0x4200,
    dx: 0x80,
    before: packet(1, 9_000_000),
    after: forget,
  },
  {
    name: "edd-write",
    interrupt: 0x13,
    ax: 0x4300,
    dx: 0x80,
    before: `call fill\n${packet(1, 80)}`,
    after: forget,
  },
  {
    name: "edd-read-written",
    interrupt: 0x13,
    ax: 0x4200,
    dx: 0x80,
    before: `call clear\n${packet(1, 80)}`,
    after: SUM,
  },
  {
    name: "write",
    interrupt: 0x13,
    ax: 0x0301,
    bx: 0x9000,
    cx: 0x0007,
    dx: 0x0180,
    before: "call fill",
    after: forget,
  },
  {
    name: "read-written",
    interrupt: 0x13,
    ax: 0x0201,
    bx: 0x9000,
    cx: 0x0007,
    dx: 0x0180,
    before: "call clear",
    after: SUM,
  },
  {
    name: "edd-parameters",
    interrupt: 0x13,
    ax: 0x4800,
    dx: 0x80,
    before: "mov word [0x9000], 26\nmov si, 0x9000",
    after: "mov bx, [0x9000 + 16]\nmov cx, [0x9000 + 24]\nmov si, [0x9000 + 20]",
  },
  { name: "no-key", interrupt: 0x16, ax: 0x0100, after: "mov ax, 0" },
  { name: "store-key", interrupt: 0x16, ax: 0x0500, cx: 0x1e61 },
  { name: "look-at-key", interrupt: 0x16, ax: 0x0100 },
  { name: "read-key", interrupt: 0x16, ax: 0x0000 },
  { name: "no-key-again", interrupt: 0x16, ax: 0x0100, after: "mov ax, 0" },
  { name: "shift-keys", interrupt: 0x16, ax: 0x0200, after: "mov ah, 0" },
  { name: "more-shift-keys", interrupt: 0x16, ax: 0x1200 },
  { name: "set-mode", interrupt: 0x10, ax: 0x0003, after: "mov ax, 0" },
  { name: "get-mode", interrupt: 0x10, ax: 0x0f00 },
  { name: "set-cursor", interrupt: 0x10, ax: 0x0200, dx: 0x0510 },
  { name: "teletype", interrupt: 0x10, ax: 0x0e41, bx: 7 },
  { name: "get-cursor", interrupt: 0x10, ax: 0x0300, after: "mov cx, 0\nmov ax, 0" },
  { name: "back", interrupt: 0x10, ax: 0x0e08, bx: 7 },
  { name: "read-cell", interrupt: 0x10, ax: 0x0800 },
  { name: "write-attribute", interrupt: 0x10, ax: 0x0942, bx: 0x1e, cx: 3 },
  { name: "read-written-cell", interrupt: 0x10, ax: 0x0800 },
  { name: "line-feed", interrupt: 0x10, ax: 0x0e0a, bx: 7 },
  { name: "return", interrupt: 0x10, ax: 0x0e0d, bx: 7 },
  { name: "cursor-after", interrupt: 0x10, ax: 0x0300, after: "mov cx, 0\nmov ax, 0" },
  { name: "to-the-end", interrupt: 0x10, ax: 0x0200, dx: 0x184f },
  { name: "scrolls", interrupt: 0x10, ax: 0x0e5a, bx: 7 },
  { name: "cursor-scrolled", interrupt: 0x10, ax: 0x0300, after: "mov cx, 0\nmov ax, 0" },
  { name: "cell-of-row-4", interrupt: 0x10, ax: 0x0f00, after: "call row4" },
  {
    name: "scroll-window",
    interrupt: 0x10,
    ax: 0x0701,
    bx: 0x2f00,
    cx: 0x0200,
    dx: 0x0a30,
    after: "call row4",
  },
  { name: "display", interrupt: 0x10, ax: 0x1a00 },
  { name: "serial-status", interrupt: 0x14, ax: 0x0300, after: "mov al, 0" },
  { name: "printer", interrupt: 0x17, ax: 0x0200, dx: 3, after: "mov ax, 0" },
];

function code(call: Call): string {
  const { name, interrupt, ax, bx = 0, cx = 0, dx = 0, before = "", after = "" } = call;
  return `
    xor si, si
    xor di, di
    ${before}
    mov ax, ${ax}
    mov bx, ${bx}
    mov cx, ${cx}
    mov dx, ${dx}
    clc
    int ${interrupt}
    pushf
    ${after}
    popf
    call report
    db "${name}", 0`;
}

const PROGRAM = `
bits 16
org 0x7c00
    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    sti
    mov ax, 0x0200 + SECTORS
    mov bx, 0x7e00
    mov cx, 0x0002
    int 0x13
    jmp main
    times 510 - ($ - $$) db 0
    dw 0xaa55
main:
    ${CALLS.map(code).join("\n")}
    ; The memory map, entry by entry.
    xor ebx, ebx
.map:
    mov di, 0x9000
    mov eax, 0xe820
    mov edx, 0x534d4150
    mov ecx, 20
    int 0x15
    jc .end
    push ebx
    mov si, 0x9000
    mov cx, 10
.word:
    lodsw
    call hex
    loop .word
    mov al, 10
    call put
    pop ebx
    test ebx, ebx
    jnz .map
.end:
    mov al, 0
    out 0xf4, al
    hlt

; AX BX CX DX SI DI and flags, after the name that follows the call.
report:
    pushf
    push di
    push si
    push dx
    push cx
    push bx
    push ax
    mov bp, sp
    mov si, [bp + 14]
.name:
    lodsb
    test al, al
    jz .registers
    call put
    jmp .name
.registers:
    mov [bp + 14], si
    mov cx, 6
    mov si, bp
.register:
    mov al, ' '
    call put
    lodsw
    call hex
    loop .register
    mov al, ' '
    call put
    mov bx, [bp + 12]
    mov al, 'C'
    test bl, 1
    jnz .carry
    mov al, '-'
.carry:
    call put
    mov al, 'Z'
    test bl, 0x40
    jnz .zero
    mov al, '-'
.zero:
    call put
    mov al, 10
    call put
    pop ax
    pop bx
    pop cx
    pop dx
    pop si
    pop di
    popf
    ret

hex:
    push cx
    push ax
    mov cx, 4
.digit:
    rol ax, 4
    push ax
    and al, 15
    add al, '0'
    cmp al, '9'
    jbe .put
    add al, 39
.put:
    call put
    pop ax
    loop .digit
    pop ax
    pop cx
    ret

put:
    push dx
    push ax
    mov dx, 0x3fd
.wait:
    in al, dx
    test al, 0x20
    jz .wait
    pop ax
    mov dx, 0x3f8
    out dx, al
    pop dx
    ret

sum:
    push ax
    push bx
    push cx
    xor bx, bx
    mov si, 0x9000
    mov cx, 512
    mov ah, 0
.byte:
    lodsb
    rol bx, 1
    add bx, ax
    loop .byte
    mov si, bx
    pop cx
    pop bx
    pop ax
    ret

; SI, DI = the cells of rows 4 and 5, column 16.
row4:
    push es
    push 0xb800
    pop es
    mov si, [es:4 * 160 + 32]
    mov di, [es:5 * 160 + 32]
    pop es
    ret

fill:
    mov di, 0x9000
    mov cx, 512
    mov al, 0x5a
.byte:
    stosb
    add al, 7
    loop .byte
    ret

clear:
    mov di, 0x9000
    mov cx, 512
    xor al, al
    rep stosb
    ret

; For service 87h: no descriptor, one for the table, 7C00h as the source, 9000h as the destination, two for the BIOS.
segments:
    dq 0, 0
    dw 0xffff, 0x7c00, 0x9300, 0
    dw 0xffff, 0x9000, 0x9300, 0
    dq 0, 0

packet:
    dw 16, 1, 0x9000, 0
    dq 0
    times (SECTORS + 1) * 512 - ($ - $$) db 0
SECTORS equ 12
`;

/** 40 cylinders of 16 heads and 63 sectors; every sector that is not the program tells its place. */
export function disk(): Uint8Array {
  const program = assemble(PROGRAM, { file: "services" }).bytes;
  const image = new Uint8Array(40 * 16 * 63 * 512);
  for (let sector = 0; sector < image.length / 512; sector++)
    for (let i = 0; i < 512; i++) image[sector * 512 + i] = (sector * 7 + i * (sector % 13)) & 0xff;
  image.set(program);
  return image;
}
