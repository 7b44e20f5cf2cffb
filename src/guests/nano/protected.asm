; 32-bit protected mode; system calls by SYSENTER (SDM Vol. 2).

start:
        cli
        cld
        mov     esp, STACK
        mov     al, 0xFF                ; both interrupt controllers: nothing
        out     0x21, al
        out     0xA1, al
        call    tables_init
        mov     eax, TABLES
        mov     cr3, eax
        lgdt    [gdt_pointer]
        jmp     KERNEL_CS:.reload
.reload:
        mov     eax, KERNEL_DS
        mov     ss, ax
        mov     eax, USER_DS            ; stays when ring 3 is entered
        mov     ds, ax
        mov     es, ax
        lidt    [idt_pointer]
        mov     eax, TSS_SELECTOR
        ltr     ax
        xor     edx, edx
        mov     ecx, 0x174              ; IA32_SYSENTER_CS, ESP, EIP
        mov     eax, KERNEL_CS
        wrmsr
        inc     ecx
        mov     eax, TRAP_STACK
        wrmsr
        inc     ecx
        mov     eax, system_call
        wrmsr
        jmp     main

system_call:
        inc     ebp
        sti                             ; SYSENTER has cleared it; takes effect after the next instruction
        sysexit
