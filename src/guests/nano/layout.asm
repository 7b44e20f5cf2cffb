; Where things are. Linear addresses are physical ones, but for what lies from 4 MB up.
;
;   00600000   nothing: touching it is a page fault
;   00500000   a page that ptemod moves between two frames
;   00401000   the stack of ring 3
;   00400000   the code of ring 3: the image's last page once more
;   00200000   page tables, frames, stacks
;   00100000   this image

IMAGE          equ 0x00100000
USER_CODE      equ 0x00400000
USER_STACK     equ 0x00401000
MOVING         equ 0x00500000
UNMAPPED       equ 0x00600000

TABLES         equ 0x00200000          ; the top-level table, and in 64 bits the two below it
LOW_TABLE      equ TABLES + 0x3000     ; maps 0 … 4 MB: one table of 1024 entries, in 64 bits two of 512
HIGH_TABLE     equ TABLES + 0x5000     ; maps 4 MB and what follows
FRAME_A        equ TABLES + 0x6000
FRAME_B        equ TABLES + 0x7000
STACK_FRAME    equ TABLES + 0x8000     ; ring 3's
STACK          equ TABLES + 0xA000     ; grows down
TRAP_STACK     equ TABLES + 0xB000     ; for what comes from ring 3

PAGE_SIZE      equ 4096
PRESENT        equ 1
WRITABLE       equ 2
USER           equ 4

KERNEL_CS      equ 0x08
KERNEL_DS      equ 0x10
USER_CS_32     equ 0x18 | 3            ; SYSEXIT wants code and data in this order, SYSRET data and 64-bit code
USER_DS        equ 0x20 | 3
USER_CS_64     equ 0x28 | 3
TSS_SELECTOR   equ 0x30

COM1           equ 0x3F8
POST_PORT      equ 0x80
MARKER_PORT    equ 0xE1                ; our machine notes its counters; elsewhere nothing listens
EXIT_PORT      equ 0xF4

EFLAGS_IF      equ 0x200
EFLAGS_USER    equ 2 | EFLAGS_IF       ; bit 1 is always set; both interrupt controllers are masked

DIVIDE_ERROR   equ 0
PAGE_FAULT     equ 14
USER_DONE      equ 0x80
VECTORS        equ 0x81

; Registers, a stack slot and a page-table entry in the width of the mode.
%ifdef LONG
%define nax rax
%define nbx rbx
%define ncx rcx
%define ndx rdx
%define nsi rsi
%define ndi rdi
%define nsp rsp
%define iretn iretq
USER_CS        equ USER_CS_64
SLOT           equ 8
ENTRY          equ 8
%else
%define nax eax
%define nbx ebx
%define ncx ecx
%define ndx edx
%define nsi esi
%define ndi edi
%define nsp esp
%define iretn iretd
USER_CS        equ USER_CS_32
SLOT           equ 4
ENTRY          equ 4
%endif

; The entry of the page at 4 MB or above.
%define HIGH_ENTRY(address) (HIGH_TABLE + (((address) - USER_CODE) >> 12) * ENTRY)
