/** Names that all parts of the BIOS share: memory it keeps its data in, and the frame of a service call. */
export const LAYOUT = `
; The BIOS of the machine. It runs in real mode at F000:0000 and offers the services that a PC's boot code calls by INT.
; Its source is joined from the files of this folder, in this order; all of it is one segment.

bits 16
org 0

BDA         equ 0x0040          ; segment of the BIOS data area
EBDA        equ 0x9fc0          ; segment of the extended BIOS data area
ROM         equ 0xf0000         ; where this segment is in physical memory

; What the board's builder tells the BIOS about the machine (rom.ts), in this ROM.
BOARD            equ 0x8000
BOARD_KIB_15M    equ BOARD + 0  ; dw: KiB of memory from 1 MiB on, at most 15 MiB
BOARD_64K_16M    equ BOARD + 2  ; dw: blocks of 64 KiB from 16 MiB on
BOARD_MAP_COUNT  equ BOARD + 4  ; dw: entries of the memory map
BOARD_MAP        equ BOARD + 6  ; the entries, 20 bytes each
BOARD_FACS       equ BOARD + 0x200      ; 64 bytes for the EBDA: an operating system writes them

; BIOS data area, offsets from segment 40h.
B_SERIAL    equ 0x00            ; dw: port of COM1
B_EBDA      equ 0x0e            ; dw: segment of the EBDA
B_EQUIPMENT equ 0x10            ; dw
B_MEMORY    equ 0x13            ; dw: KiB of base memory
B_SHIFT     equ 0x17            ; db: shift keys held and locked
B_HEAD      equ 0x1a            ; dw: keyboard buffer: next to read
B_TAIL      equ 0x1c            ; dw: next to write
B_KEYS      equ 0x1e            ; the buffer: 16 words
B_KEYS_END  equ 0x3e
B_MODE      equ 0x49            ; db: video mode
B_COLUMNS   equ 0x4a            ; dw
B_PAGE_SIZE equ 0x4c            ; dw: bytes of a page
B_PAGE_AT   equ 0x4e            ; dw: offset of the page that is shown
B_CURSOR    equ 0x50            ; dw for each of 8 pages: column, row
B_SHAPE     equ 0x60            ; dw: cursor's last and first line
B_PAGE      equ 0x62            ; db: page that is shown
B_CRTC      equ 0x63            ; dw: port of the CRT controller
B_TICKS     equ 0x6c            ; dd: timer ticks since midnight
B_MIDNIGHT  equ 0x70            ; db: midnight has passed
B_STATUS    equ 0x74            ; db: result of the last disk service
B_DISKS     equ 0x75            ; db: hard disks
B_KEYS_FROM equ 0x80            ; dw: where the keyboard buffer begins
B_KEYS_TO   equ 0x82            ; dw: where it ends
B_ROWS      equ 0x84            ; db: rows of text less one
B_HEIGHT    equ 0x85            ; dw: lines of a character
B_KEYBOARD  equ 0x96            ; db: bit 1: the last code was E0h; bit 4: 101 keys

; A service saves the caller's registers on its stack and finds them over BP.
F_DI        equ 0
F_SI        equ 4
F_BP        equ 8
F_BX        equ 16
F_BL        equ 16
F_BH        equ 17
F_DX        equ 20
F_DL        equ 20
F_DH        equ 21
F_CX        equ 24
F_CL        equ 24
F_CH        equ 25
F_AX        equ 28
F_AL        equ 28
F_AH        equ 29
F_ES        equ 32
F_DS        equ 34
F_RETURN    equ 36
F_FLAGS     equ 42
CARRY       equ 0x01
ZERO        equ 0x40

    jmp post

; Places in the EBDA.
E_DISKS     equ 0x20            ; an entry for each disk (disk.ts)
E_FLOPPY    equ 0x60            ; one more: the first disk as drive 00h, when it has a floppy's size
E_FACS      equ 0x100

; Every service starts with "call begin": all registers are saved, BP is on the frame, DS on the BIOS data area. The
; other registers keep what the caller had in them.
begin:
    push ds
    push es
    pushad
    mov bp, sp
    push BDA
    pop ds
    cld
    jmp word [bp + F_RETURN]

; And ends with one of these: with the flags as they were, with carry clear, with carry set.
succeed:
    and byte [bp + F_FLAGS], ~CARRY & 0xff
    jmp finish
fail:
    or byte [bp + F_FLAGS], CARRY
finish:
    popad
    pop es
    pop ds
    add sp, 2                   ; begin's return address
    iret
`;
