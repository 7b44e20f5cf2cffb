; Where things are. Linear addresses are physical ones.
;
;   00400000   buffers, 64 KB a slot
;   00300000   what devices and drivers share
;   00210000   stack, downwards
;   00200000   page directory: 4 GB in pages of 4 MB
;   00100000   this image

IMAGE          equ 0x00100000
DIRECTORY      equ 0x00200000
STACK          equ 0x00210000
SHARED         equ 0x00300000
BUFFERS        equ 0x00400000
SLOTS          equ 64
SECTOR         equ 512

KERNEL_CS      equ 0x08
IRQ0           equ 32
%ifdef INTERRUPTS_MSIX
VECTORS        equ 256
%else
VECTORS        equ 48
%endif
PIC1           equ 0x20
PIC2           equ 0xA0
ELCR           equ 0x4D0
LAPIC_EOI      equ 0xFEE000B0
LAPIC_SPURIOUS equ 0xFEE000F0
COM1           equ 0x3F8
MARKER_PORT    equ 0xE1                ; our machine notes its counters; elsewhere nothing listens
EXIT_PORT      equ 0xF4

VERIFY         equ 2

; What is written to the exit port.
ABSENT_CODE    equ 1
ERROR_CODE     equ 2
DIFFERENT_CODE equ 3
EXCEPTION_CODE equ 4

GOLDEN         equ 0x9E3779B1
FNV_OFFSET     equ 0x811C9DC5
FNV_PRIME      equ 0x01000193
