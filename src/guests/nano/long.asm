; 64-bit mode; system calls by SYSCALL (SDM Vol. 2).

start:
        cli
        cld
        mov     esp, STACK
        mov     al, 0xFF                ; both interrupt controllers: nothing
        out     0x21, al
        out     0xA1, al
        call    tables_init
        mov     eax, cr0
        and     eax, 0x7FFFFFFF         ; PG: off while the kind of tables changes
        mov     cr0, eax
        mov     eax, 1 << 5             ; PAE
        mov     cr4, eax
        mov     eax, TABLES
        mov     cr3, eax
        mov     ecx, 0xC0000080         ; IA32_EFER: SCE, LME
        rdmsr
        or      eax, 0x101
        wrmsr
        mov     eax, cr0
        or      eax, 0x80000000
        mov     cr0, eax
        lgdt    [gdt_pointer]
        jmp     KERNEL_CS:.long

        bits    64
.long:
        mov     eax, KERNEL_DS
        mov     ss, ax
        mov     eax, USER_DS
        mov     ds, ax
        mov     es, ax
        lidt    [idt_pointer]
        mov     eax, TSS_SELECTOR
        ltr     ax
        mov     ecx, 0xC0000081         ; IA32_STAR: selectors; SYSRET adds 8 and 16 to its own
        xor     eax, eax
        mov     edx, (USER_CS_32 << 16) | KERNEL_CS
        wrmsr
        inc     ecx                     ; IA32_LSTAR
        mov     eax, system_call
        xor     edx, edx
        wrmsr
        mov     ecx, 0xC0000084         ; IA32_FMASK: what SYSCALL clears, and SYSRET gives back
        mov     eax, EFLAGS_IF
        wrmsr
        jmp     main

system_call:
        inc     ebp
        o64 sysret
