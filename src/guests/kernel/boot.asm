; The boot sector: from real mode to a kernel that runs in high, paged memory.
;
;   real mode            A20, a flat GDT
;   protected mode       kernel and programs from the disk to 1 MB, by IDE PIO: no BIOS is asked for anything
;   paging               4 MB pages:  0 … 4 MB -> 0 … 4 MB            (this code goes on running)
;                                     C0000000 -> all of memory       (the kernel's home)
;   jump to C0100000
;
; It is the machine's part, not the kernel's: it always runs on ring 0, so it does not go through the table of pvops.asm.
; A monitor that loads the kernel itself enters it as this sector does: flat segments, memory at C0000000, interrupts off; ESI is
; 0 here and the address of what it has to say there (xen.asm).

%include "layout.asm"

IDE            equ 0x1F0
DIRECTORY      equ 0x1000               ; physical
PDE_4MB        equ 0x83                 ; present, writable, 4 MB

        bits    16
        org     0x7C00

boot:
        cli
        cld
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, boot

; Address line 20 is a pin of the keyboard controller (8042): command D1, then the output port's value.
.free1:
        in      al, 0x64
        test    al, 2
        jnz     .free1
        mov     al, 0xD1
        out     0x64, al
.free2:
        in      al, 0x64
        test    al, 2
        jnz     .free2
        mov     al, 0xDF
        out     0x60, al

        lgdt    [gdt_pointer]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     0x08:protected          ; loads CS from the GDT: only now the processor is in 32-bit code

        bits    32
protected:
        mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, boot

; Sectors 1 … sectors, one command each, LBA28.
        mov     edi, KERNEL_LOAD
        mov     ebx, 1
.sector:
        call    wait_ready
        mov     dx, IDE + 2             ; how many
        mov     al, 1
        out     dx, al
        inc     edx                     ; LBA 0 … 7, 8 … 15, 16 … 23
        mov     eax, ebx
        out     dx, al
        inc     edx
        shr     eax, 8
        out     dx, al
        inc     edx
        shr     eax, 8
        out     dx, al
        inc     edx                     ; LBA 24 … 27, drive 0
        shr     eax, 8
        or      al, 0xE0
        out     dx, al
        inc     edx
        mov     al, 0x20                ; READ SECTORS
        out     dx, al
        call    wait_ready
        mov     dx, IDE
        mov     ecx, 128
        rep     insd
        inc     ebx
        dec     dword [sectors]
        jnz     .sector

        mov     edi, DIRECTORY
        xor     eax, eax
        mov     ecx, 1024
        rep     stosd
        mov     eax, PDE_4MB
        mov     [DIRECTORY], eax
        mov     edi, DIRECTORY + 4 * (KERNEL_BASE >> 22)
        mov     ecx, [directory_entries]
.map:
        stosd
        add     eax, 0x400000
        loop    .map

        mov     eax, 0x10               ; CR4.PSE
        mov     cr4, eax
        mov     eax, DIRECTORY
        mov     cr3, eax
        mov     eax, cr0
        or      eax, 0x80000000         ; PG
        mov     cr0, eax
        xor     esi, esi                ; no start info: the kernel is entered on ring 0
        mov     eax, KERNEL_BASE + KERNEL_LOAD
        jmp     eax

wait_ready:                             ; until BSY is clear and DRDY set
        mov     dx, IDE + 7
.again:
        in      al, dx
        and     al, 0xC0
        cmp     al, 0x40
        jne     .again
        ret

        align   8
gdt:
        dq      0
        dq      0x00CF9A000000FFFF      ; code, 0 … 4 GB
        dq      0x00CF92000000FFFF      ; data, 0 … 4 GB
gdt_pointer:
        dw      gdt_pointer - gdt - 1
        dd      gdt

; The builder fills these in.
        align   4
sectors:
        dd      0
directory_entries:
        dd      0

        times   510 - ($ - $$) db 0
        dw      0xAA55
