; Every privileged operation of the kernel goes through this table, as Linux's do through pv_ops (arch/x86/kernel/paravirt.c).
;
;     pv      cli             ->  call [pv_cli]      FF 15 address      a site: six bytes
;     pvjump  iret            ->  jmp  [pv_iret]     FF 25 address
;
; Who virtualizes the kernel puts other addresses into the table (hypercalls), or rewrites the sites themselves: the native
; operations are short enough to fit into the six bytes. The builder lists all sites at pv_sites, pairs of (address of the
; site, address of its slot), as a linker would collect them in a section.
;
; Operands are in EAX, EDX and ECX as said at each; an operation changes no register but EAX, its result.
; Only the boot sector, which runs before the table exists, has privileged instructions elsewhere.

%macro pv 1
        call    [pv_%1]
%endmacro

%macro pvjump 1
        jmp     [pv_%1]
%endmacro

        align   4
pv_table:
; interrupts
pv_cli:            dd native_cli
pv_sti:            dd native_sti
pv_save_fl:        dd native_save_fl       ; EAX = EFLAGS
pv_restore_fl:     dd native_restore_fl    ; EFLAGS = EAX
pv_safe_halt:      dd native_safe_halt     ; enables interrupts and waits for one, with no gap between
pv_halt:           dd native_halt
; returns to another ring; jumped to
pv_iret:           dd native_iret          ; frame of IRET on the stack
pv_sysexit:        dd native_sysexit       ; EDX = EIP, ECX = ESP; enables interrupts
; descriptor tables
pv_load_gdt:       dd native_load_gdt      ; EAX -> limit, base
pv_load_idt:       dd native_load_idt
pv_load_tr:        dd native_load_tr       ; AX = selector
pv_load_esp0:      dd native_load_esp0     ; EAX = kernel stack for the next entry from ring 3
; control registers
pv_read_cr0:       dd native_read_cr0
pv_write_cr0:      dd native_write_cr0
pv_read_cr2:       dd native_read_cr2
pv_load_cr3:       dd native_load_cr3      ; EAX = page directory, physical; drops all but global translations
pv_read_cr4:       dd native_read_cr4
pv_write_cr4:      dd native_write_cr4
; page tables
pv_invlpg:         dd native_invlpg        ; EAX = linear address
pv_set_pte:        dd native_set_pte       ; EAX -> entry of a page table, EDX = its value
pv_set_pde:        dd native_set_pde       ; EAX -> entry of a page directory, EDX = its value
pv_alloc_table:    dd native_nothing       ; EAX = page, physical: from now on a page table or directory
pv_release_table:  dd native_nothing       ; EAX = page, physical: no longer one
pv_lazy_enter:     dd native_nothing       ; set_pte and invlpg may take effect late, in their order …
pv_lazy_leave:     dd native_nothing       ; … until here
; ports, EDX = port
pv_in8:            dd native_in8           ; EAX = value
pv_out8:           dd native_out8          ; AL = value
pv_out32:          dd native_out32         ; EAX = value
pv_ins32:          dd native_ins32         ; ECX dwords to EDI, both as REP INSD leaves them
pv_io_delay:       dd native_io_delay      ; time for a slow device
; the processor
pv_cpuid:          dd native_cpuid         ; EAX = leaf; changes EBX, ECX, EDX too
pv_wrmsr:          dd native_wrmsr         ; ECX = MSR, EDX:EAX = value
pv_table_end:

native_cli:
        cli
native_nothing:
        ret

native_sti:
        sti
        ret

native_save_fl:
        pushfd
        pop     eax
        ret

native_restore_fl:
        push    eax
        popfd
        ret

native_safe_halt:
        sti
        hlt
        ret

native_halt:
        hlt
        ret

native_iret:
        iretd

native_sysexit:
        sti                             ; takes effect after the next instruction
        sysexit

native_load_gdt:
        lgdt    [eax]
        ret

native_load_idt:
        lidt    [eax]
        ret

native_load_tr:
        ltr     ax
        ret

native_load_esp0:
        mov     [tss_esp], eax
        ret

native_read_cr0:
        mov     eax, cr0
        ret

native_write_cr0:
        mov     cr0, eax
        ret

native_read_cr2:
        mov     eax, cr2
        ret

native_load_cr3:
        mov     cr3, eax
        ret

native_read_cr4:
        mov     eax, cr4
        ret

native_write_cr4:
        mov     cr4, eax
        ret

native_invlpg:
        invlpg  [eax]
        ret

native_set_pte:
native_set_pde:
        mov     [eax], edx
        ret

native_in8:
        xor     eax, eax
        in      al, dx
        ret

native_out8:
        out     dx, al
        ret

native_out32:
        out     dx, eax
        ret

native_ins32:
        rep     insd
        ret

native_io_delay:
        out     0x80, al                ; the POST code port: slow and harmless
        ret

native_cpuid:
        cpuid
        ret

native_wrmsr:
        wrmsr
        ret
