; The native operations: what the bare machine wants, and what every other back end takes where it has nothing better.
; Each is a macro, so that the vanilla kernel has it at its place; the table's native_… are the same with a RET.

%macro inline_cli 0
        cli
%endmacro
%macro inline_sti 0
        sti
%endmacro
%macro inline_save_fl 0
        pushfd
        pop     eax
%endmacro
%macro inline_restore_fl 0
        push    eax
        popfd
%endmacro
%macro inline_safe_halt 0
        sti                             ; takes effect after the next instruction
        hlt
%endmacro
%macro inline_halt 0
        hlt
%endmacro
%macro inline_end_of_interrupt 0
        cmp     eax, IRQ0 + 8
        mov     eax, PIC_EOI
        jb      %%first
        out     PIC2, al
%%first:
        out     PIC1, al
%endmacro

%macro inline_iret 0
        iretd
%endmacro
%macro inline_sysexit 0
        sti
        sysexit
%endmacro

%macro inline_load_gdt 0
        lgdt    [eax]
%endmacro
%macro inline_load_idt 0
        lidt    [eax]
%endmacro
%macro inline_load_tr 0
        ltr     ax
%endmacro
%macro inline_load_esp0 0
        mov     [tss_esp], eax
%endmacro

%macro inline_read_cr0 0
        mov     eax, cr0
%endmacro
%macro inline_write_cr0 0
        mov     cr0, eax
%endmacro
%macro inline_read_cr2 0
        mov     eax, cr2
%endmacro
%macro inline_load_cr3 0
        mov     cr3, eax
%endmacro
%macro inline_read_cr4 0
        mov     eax, cr4
%endmacro
%macro inline_write_cr4 0
        mov     cr4, eax
%endmacro

%macro inline_invlpg 0
        invlpg  [eax]
%endmacro
%macro inline_pte_val 0
%endmacro
%macro inline_set_pte 0
        mov     [eax], edx
%endmacro
%macro inline_set_pde 0
        mov     [eax], edx
%endmacro
%macro inline_alloc_table 0
%endmacro
%macro inline_release_table 0
%endmacro
%macro inline_alloc_directory 0
%endmacro
%macro inline_release_directory 0
%endmacro
%macro inline_lazy_enter 0
%endmacro
%macro inline_lazy_flush 0
%endmacro
%macro inline_lazy_leave 0
%endmacro

%macro inline_in8 0
        xor     eax, eax
        in      al, dx
%endmacro
%macro inline_out8 0
        out     dx, al
%endmacro
%macro inline_out32 0
        out     dx, eax
%endmacro
%macro inline_ins32 0
        rep     insd
%endmacro
%macro inline_io_delay 0
        out     0x80, al                ; the POST code port: slow and harmless
%endmacro

%macro inline_read_clock 0              ; not in the table: containers are the bare machine's alone
        rdtsc
%endmacro
%macro inline_cpuid 0
        cpuid
%endmacro
%macro inline_wrmsr 0
        wrmsr
%endmacro

%ifndef VANILLA
%macro native 1
native_%1:
        inline_%1
.end:
        ret
%endmacro

        each_operation native
%endif
