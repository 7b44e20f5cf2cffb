/** A disk of a floppy's size as drive 00h. */
import { FLOPPIES, sectorsOf } from "../floppies.ts";

const SIZES = FLOPPIES.map((floppy) => {
  const { heads, track, cylinders, type } = floppy;
  return `    dw ${sectorsOf(floppy)}\n    db ${heads}, ${track}, ${cylinders}, ${type}`;
}).join("\n");

export const FLOPPY = `
; A disk of one of these sizes is drive 00h, too: sectors; tracks of a cylinder, sectors of a track, cylinders, type.
floppy_sizes:
${SIZES}
    dw 0

; What a floppy controller would be told: 512 bytes, 18 sectors of a track; INT 1Eh points here.
diskette_parameters:
    db 0xaf, 0x02, 0x25, 2, 18, 0x1b, 0xff, 0x6c, 0xf6, 15, 8

; The first disk as drive 00h, so that what was written for a floppy finds the geometry that it knows.
find_floppy:
    push EBDA
    pop es
    mov si, floppy_sizes
    cmp word [es:E_DISKS + D_SECTORS + 2], 0
    jne .none
.next:
    mov ax, [cs:si]
    test ax, ax
    jz .none
    cmp ax, [es:E_DISKS + D_SECTORS]
    je .found
    add si, 6
    jmp .next
.found:
    mov eax, [es:E_DISKS]       ; port and device
    mov [es:E_FLOPPY], eax
    mov eax, [es:E_DISKS + D_SECTORS]
    mov [es:E_FLOPPY + D_SECTORS], eax
    mov di, E_FLOPPY + D_HEADS
    xor ah, ah
    mov al, [cs:si + 2]
    stosw
    mov al, [cs:si + 3]
    stosw
    mov al, [cs:si + 4]
    stosw
    mov al, [cs:si + 5]
    mov [es:E_FLOPPY + D_TYPE], al
    or byte [B_EQUIPMENT], 1
.none:
    ret
`;
