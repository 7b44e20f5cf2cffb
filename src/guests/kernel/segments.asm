; Segments and gates: a GDT in which every segment is all of memory, one TSS, and the IDT.
;
; Segments serve for nothing but rings here: ring 3 gets at the kernel only through a gate, and the processor finds the
; kernel's stack for it in the TSS, which load_esp0 changes at each context switch.

GATE_INTERRUPT equ 0x8E00               ; present, DPL 0: clears IF
GATE_TRAP_USER equ 0xEF00               ; present, DPL 3: leaves IF alone
IDT_ENTRIES    equ 0x81
TSS_SIZE       equ 104

segments_init:
        mov     eax, tss                ; scatter the TSS's address over its descriptor
        mov     [gdt_tss + 2], ax
        shr     eax, 16
        mov     [gdt_tss + 4], al
        mov     [gdt_tss + 7], ah
        xor     ecx, ecx                ; exceptions and interrupts: the stubs are 16 bytes each
.gate:
        mov     eax, ecx
        shl     eax, 4
        add     eax, trap_stubs
        mov     edx, GATE_INTERRUPT
        call    set_gate
        inc     ecx
        cmp     ecx, TRAP_STUBS
        jb      .gate
        mov     ecx, 0x80
        mov     eax, int80_entry
        mov     edx, GATE_TRAP_USER
        call    set_gate

        mov     eax, gdt_pointer
        pv      load_gdt
        mov     eax, KERNEL_CS
        or      eax, [kernel_ring]
        push    eax
        push    dword .reload
        retf
.reload:
        mov     eax, KERNEL_DS
        or      eax, [kernel_ring]
        mov     ss, ax
        mov     eax, USER_DS            ; the kernel uses the user's flat segment too, so that entry and exit are cheap
        mov     ds, ax
        mov     es, ax
        xor     eax, eax
        mov     fs, ax
        mov     gs, ax
        mov     eax, TSS_SELECTOR
        pv      load_tr
        mov     eax, idt_pointer
        pv      load_idt
        ret

; Gate ECX: to EAX with access bits EDX. Changes EAX and EDX.
set_gate:
        mov     [idt + ecx * 8], ax
        mov     ax, dx
        mov     [idt + ecx * 8 + 4], eax
        mov     eax, KERNEL_CS
        or      eax, [kernel_ring]
        mov     [idt + ecx * 8 + 2], ax
        ret

; A descriptor with base 0 (SDM Vol. 3, 3.4.5): limit 15 … 0, access byte, granularity and limit 19 … 16.
%macro descriptor 3
        dw      %1, 0
        db      0, %2, %3, 0
%endmacro

        align   4
kernel_ring:                            ; where the kernel runs: also the low bits of its selectors
        dd      0

; The GDT has its page to itself: a monitor may want to have it, read-only and whole.
        times   (PAGE_SIZE - ($ - $$) % PAGE_SIZE) % PAGE_SIZE db 0
gdt:
        descriptor 0, 0, 0
        descriptor 0xFFFF, 0x9A, 0xCF                       ; kernel: code, 0 … 4 GB
        descriptor 0xFFFF, 0x92, 0xCF                       ; data
        descriptor 0xFFFF, 0xFA, 0xCF                       ; user: code
        descriptor 0xFFFF, 0xF2, 0xCF                       ; data
gdt_tss:
        descriptor TSS_SIZE - 1, 0x89, 0
gdt_end:
        times   PAGE_SIZE - ($ - gdt) db 0
gdt_pointer:
        dw      gdt_end - gdt - 1
        dd      gdt

        align   8
idt:
        times   IDT_ENTRIES dq 0
idt_pointer:
        dw      idt_pointer - idt - 1
        dd      idt

; Only the stack of ring 0 matters: ESP0, SS0 at 4 and 8 (SDM Vol. 3, 8.2.1). A kernel on ring 1 is not the owner of the
; processor's TSS and says its stack to the monitor (load_esp0).
        align   4
tss:
        dd      0
tss_esp:
        dd      0
tss_ss:
        dd      KERNEL_DS
        times   22 dd 0
        dw      0, TSS_SIZE             ; I/O bitmap beyond the limit: ring 3 has no ports
