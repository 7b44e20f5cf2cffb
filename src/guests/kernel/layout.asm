; Where things are: the constants that every file of the kernel shares.
;
;   linear                                       physical
;   FFFFFFFF +---------------------------+
;            | nothing                   |
;            +---------------------------+        memory size (parameter)
;            | all of physical memory,   |   -->  page frames, given out from bottom to top
;            | supervisor, 4 KB pages    |        frame table: one dword a frame
;            |                           |        pages of the programs
;   C0100000 | kernel                    |   -->  00100000 kernel
;            |                           |        00007C00 boot sector, boot stack below it
;   C0000000 +---------------------------+   -->  00000000
;            | nothing                   |
;   10000000 +---------------------------+  USER_END: a process's stack, 16 pages downwards
;            | mmap, first fit upwards   |
;   01000000 +---------------------------+  MMAP_BASE
;            | the program               |
;   00400000 +---------------------------+  PROGRAM_BASE
;            | nothing, so that null pointers fault
;   00000000 +---------------------------+
;
; User space ends low so that all of it is 64 entries of a page directory: emptying one is a short scan.

PAGE_SIZE      equ 4096
KERNEL_BASE    equ 0xC0000000          ; linear = physical + KERNEL_BASE
KERNEL_LOAD    equ 0x00100000          ; the boot sector puts the kernel here
BOOT_STACK     equ KERNEL_BASE + 0x7C00
PROGRAM_BASE   equ 0x00400000
MMAP_BASE      equ 0x01000000
USER_END       equ 0x10000000
STACK_SIZE     equ 16 * PAGE_SIZE

; Selectors. SYSENTER and SYSEXIT want exactly this order (SDM Vol. 2, SYSENTER). The kernel's two want [kernel_ring] in
; their low bits: 0 on the bare machine, 1 below a monitor that keeps ring 0 for itself.
KERNEL_CS      equ 0x08
KERNEL_DS      equ 0x10
USER_CS        equ 0x18 | 3
USER_DS        equ 0x20 | 3
TSS_SELECTOR   equ 0x28

; Page-table entries (SDM Vol. 3, 4.3). Bit 9 is free for the system: a page that fork shares and a write must copy.
PTE_P          equ 0x001
PTE_W          equ 0x002
PTE_U          equ 0x004
PTE_G          equ 0x100
PTE_COW        equ 0x200
PTE_FLAGS      equ 0xFFF

IRQ0           equ 32                  ; the vector of the first external interrupt

; What trap.asm leaves on the kernel stack, from the stack pointer upwards.
FRAME_EDI      equ 0
FRAME_ESI      equ 4
FRAME_EBP      equ 8
FRAME_EBX      equ 16
FRAME_EDX      equ 20
FRAME_ECX      equ 24
FRAME_EAX      equ 28
FRAME_ES       equ 32
FRAME_DS       equ 36
FRAME_VECTOR   equ 40
FRAME_ERROR    equ 44
FRAME_EIP      equ 48
FRAME_CS       equ 52
FRAME_EFLAGS   equ 56
FRAME_ESP      equ 60
FRAME_SS       equ 64
FRAME_SIZE     equ 68

EFLAGS_IF      equ 0x200
EFLAGS_USER    equ 0x202               ; bit 1 is always set

; A region is a piece of user space that may be touched.
REGION_START   equ 0                   ; 0: the slot is free
REGION_END     equ 4
REGION_WRITE   equ 8                   ; PTE_W or 0
REGION_SIZE    equ 12

; A process is one page: this structure at its bottom, its kernel stack from its top down (so `current` is a mask of ESP).
PROCESS_STATE      equ 0
PROCESS_PID        equ 4
PROCESS_PARENT     equ 8
PROCESS_CHILDREN   equ 12              ; first child; the others follow PROCESS_SIBLING
PROCESS_SIBLING    equ 16
PROCESS_EXIT_CODE  equ 20
PROCESS_ESP        equ 24              ; where switch_to left it
PROCESS_DIRECTORY  equ 28              ; physical; 0: the idle process, at home in every address space
PROCESS_NEXT       equ 32              ; in the one queue that it waits in
PROCESS_WAKE       equ 36              ; the tick at which it stops sleeping
PROCESS_HANDLER    equ 40              ; called on a protection fault; 0: none
PROCESS_CHILD_EXIT equ 44              ; queue (two dwords): itself, while it waits for a child
PROCESS_FILES      equ 52
FILES              equ 40
PROCESS_REGIONS    equ PROCESS_FILES + 4 * FILES
REGIONS            equ 16
PROCESS_SIZE       equ PROCESS_REGIONS + REGIONS * REGION_SIZE

RUNNING        equ 1                   ; on the processor or in the run queue
BLOCKED        equ 2
ZOMBIE         equ 3                   ; has exited, its parent has not waited

; Ports.
PIC1           equ 0x20
PIC2           equ 0xA0
PIC_EOI        equ 0x20                ; a command
COM1           equ 0x3F8
MARKER_PORT    equ 0xE1                ; our machine notes its counters; elsewhere nothing listens
EXIT_PORT      equ 0xF4                ; QEMU: -device isa-debug-exit,iobase=0xf4,iosize=4

; Equal (ZF) when the frame at EBP is of ring 3. Changes AL.
%macro compare_ring3 0
        mov     al, [ebp + FRAME_CS]
        and     al, 3
        cmp     al, 3
%endmacro

; The page of the process that runs. Works on any kernel stack.
%macro current 1
        mov     %1, esp
        and     %1, -PAGE_SIZE
%endmacro
