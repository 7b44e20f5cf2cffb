; Every privileged operation of the kernel goes through this table, as Linux's do through pv_ops (arch/x86/kernel/paravirt.c).
;
;     pv      cli             ->  call [pv_cli]      FF 15 address      a site: six bytes
;     pvjump  iret            ->  jmp  [pv_iret]     FF 25 address
;
; At boot hypervisor.asm finds out what is below, and whose operations belong into the table; then patch.asm rewrites the
; sites: an operation of up to six bytes stands there itself, a longer one is called directly. The builder lists all sites at
; pv_sites, pairs of (address of the site, address of its slot), as a linker would collect them in a section.
;
; Operands are in EAX, EDX and ECX as said at each; an operation changes no register but EAX.
; Only the boot sector, which runs before the table exists, has privileged instructions elsewhere.
;
; VANILLA is the kernel of before: the native operations at their places, and no table.

%ifdef VANILLA
%macro pv 1
        inline_%1
%endmacro
%macro pvjump 1
        inline_%1
        ret
%endmacro
%else
%macro pv 1
        call    [pv_%1]
%endmacro
%macro pvjump 1
        jmp     [pv_%1]
%endmacro
%endif

%macro each_operation 1
; interrupts
        %1      cli
        %1      sti
        %1      save_fl                 ; EAX = whether interrupts are on, as restore_fl wants it
        %1      restore_fl              ; EAX of save_fl
        %1      safe_halt               ; enables interrupts and waits for one, with no gap between
        %1      halt
        %1      end_of_interrupt        ; EAX = its vector
; returns to another ring; jumped to
        %1      iret                    ; frame of IRET on the stack
        %1      sysexit                 ; EDX = EIP, ECX = ESP; enables interrupts
; descriptor tables
        %1      load_gdt                ; EAX -> limit, base
        %1      load_idt
        %1      load_tr                 ; AX = selector
        %1      load_esp0               ; EAX = kernel stack for the next entry from ring 3
; control registers
        %1      read_cr0
        %1      write_cr0
        %1      read_cr2
        %1      load_cr3                ; EAX = page directory, physical; drops all but global translations
        %1      read_cr4
        %1      write_cr4
; page tables; physical addresses are the kernel's own, whatever stands in the tables
        %1      invlpg                  ; EAX = linear address
        %1      pte_val                 ; EAX = present entry as it stands in a table: EAX = with the physical address
        %1      set_pte                 ; EAX -> entry of a page table, EDX = its value
        %1      set_pde                 ; EAX -> entry of a page directory, EDX = its value
        %1      alloc_table             ; EAX = page, physical: from now on a page table
        %1      release_table           ; EAX = page, physical: no longer one, nothing refers to it
        %1      alloc_directory         ; the same for a directory, which has its entries for the kernel already
        %1      release_directory
        %1      lazy_enter              ; what is above and load_cr3, load_esp0 may take effect late, in order … (nests)
        %1      lazy_flush              ; … until here, since it is looked at now
        %1      lazy_leave              ; … or until the outermost of these
; ports, EDX = port
        %1      in8                     ; EAX = value
        %1      out8                    ; AL = value
        %1      out32                   ; EAX = value
        %1      ins32                   ; ECX dwords to EDI, both as REP INSD leaves them
        %1      io_delay                ; time for a slow device
; the processor
        %1      cpuid                   ; EAX = leaf; changes EBX, ECX, EDX too
        %1      wrmsr                   ; ECX = MSR, EDX:EAX = value
%endmacro

%ifndef VANILLA
%macro slot 1
pv_%1:
        dd      native_%1
%endmacro

        align   4
pv_table:
        each_operation slot
pv_table_end:
%endif
