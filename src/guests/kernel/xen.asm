; The Xen-like back end: the kernel runs on ring 1 and asks for what it may not do itself. Numbers and structures are those of
; Xen 3 for 32-bit guests (xen/include/public: xen.h, arch-x86/xen-x86_32.h, event_channel.h, sched.h, vcpu.h).
;
;     hypercall     INT 82h, EAX = number, arguments EBX, ECX, EDX, ESI, EDI, result EAX (negative: an error)
;     vcpu_info     memory that both sides see: 0 an event waits · 1 the mask, the virtual interrupt flag upside down · 8 CR2
;     events        bits in the shared page; an upcall comes when one is set and the mask is 0
;     exceptions    go where set_trap_table says, with the frame that the processor would have made; INT 80h directly
;
; So CLI is one write to memory, STI one write and a look at whether an event waits, IRET the processor's own.
; What becomes of page tables is in xen-memory.asm. Ports are native: the monitor catches them, and does or refuses them.

XEN_SET_TRAP_TABLE   equ 0
XEN_MMU_UPDATE       equ 1
XEN_SET_GDT          equ 2
XEN_STACK_SWITCH     equ 3
XEN_SET_CALLBACKS    equ 4
XEN_MULTICALL        equ 13
XEN_UPDATE_VA        equ 14
XEN_VERSION          equ 17
XEN_VCPU_OP          equ 24
XEN_MMUEXT_OP        equ 26
XEN_SCHED_OP         equ 29
XEN_EVENT_OP         equ 32

SCHEDOP_BLOCK        equ 1
SCHEDOP_SHUTDOWN     equ 2
EVENT_BIND_PIRQ      equ 2
REGISTER_VCPU_INFO   equ 10

INFO_PENDING         equ 0
INFO_MASK            equ 1
INFO_SELECTOR        equ 4              ; which words of the pending events to look at: there is one here
INFO_CR2             equ 8
SHARED_PENDING       equ 2048           ; in the shared page: pending events, masked events, a bit each
SHARED_MASK          equ 2176
START_SHARED         equ 36             ; in the start info: shared page, machine address
START_TABLES         equ 60             ; directory, linear; the other tables lie behind it
START_TABLE_COUNT    equ 64
START_FRAME_LIST     equ 68             ; linear: machine frame of each frame

%macro hypercall 1
        mov     eax, %1
        int     0x82
%endmacro

; The same, which must not fail. %2 names it.
%macro hypercall_or_panic 2
        hypercall %1
        test    eax, eax
        js      %%failed
        jmp     %%done
%%message:
        db      %2, 0
%%failed:
        mov     edx, eax
        mov     eax, %%message
        jmp     panic
%%done:
%endmacro

; ESI -> start info is in [start_info].
xen_init:
        mov     eax, xen_operations
        call    operations_take
        mov     dword [kernel_ring], 1
        mov     esi, [start_info]
        mov     eax, [esi + START_FRAME_LIST]
        mov     [xen_frames], eax
        mov     eax, [esi + START_TABLES]
        sub     eax, KERNEL_BASE
        mov     [kernel_directory], eax
        mov     edx, [esi + START_TABLE_COUNT]
        shl     edx, 12
        add     eax, edx
        mov     [image_end], eax
        mov     eax, [esi + START_SHARED]
        or      eax, PTE_P
        call    xen_pte_val
        and     eax, ~PTE_FLAGS
        add     eax, KERNEL_BASE
        mov     [xen_shared], eax
        mov     eax, vcpu_info - KERNEL_BASE
        call    xen_machine
        mov     ecx, eax                ; frame, 0, offset
        shr     ecx, 12
        mov     [.registration], ecx
        and     eax, PAGE_SIZE - 1
        mov     [.registration + 8], eax
        mov     ebx, REGISTER_VCPU_INFO
        xor     ecx, ecx                ; of processor 0
        mov     edx, .registration
        hypercall_or_panic XEN_VCPU_OP, "register_vcpu_info:"
        ret

        align   8
.registration:
        dd      0, 0, 0, 0

; --- interrupts ---

xen_cli:
        mov     byte [vcpu_info + INFO_MASK], 1
        ret

xen_sti:
        mov     byte [vcpu_info + INFO_MASK], 0
        cmp     byte [vcpu_info + INFO_PENDING], 0
        jne     xen_take
        ret

; On the way back from any hypercall Xen delivers what waits.
xen_take:
        pushad
        xor     ebx, ebx
        xor     ecx, ecx
        hypercall XEN_VERSION
        popad
        ret

xen_save_fl:
        mov     eax, [vcpu_info]        ; AH = mask
.end:
        ret

xen_restore_fl:
        test    ah, ah
        jz      xen_sti
        jmp     xen_cli

xen_safe_halt:                          ; SCHEDOP_block clears the mask
        push    ebx
        push    ecx
        mov     ebx, SCHEDOP_BLOCK
        xor     ecx, ecx
        hypercall XEN_SCHED_OP
        pop     ecx
        pop     ebx
        ret

xen_halt:
        push    ebx
        push    ecx
        mov     ebx, SCHEDOP_SHUTDOWN
        mov     ecx, .poweroff
        hypercall XEN_SCHED_OP
        pop     ecx
        pop     ebx
        ret
        align   4
.poweroff:
        dd      0

; Between the mask and IRET an event may come, on top of this frame, and finds its way back here. What came before is taken
; with this frame, as if it had interrupted what this returns to. DS may be the user's already.
xen_iret:
        test    byte [esp + 9], EFLAGS_IF >> 8
        jz      .go
        mov     byte [ss:vcpu_info + INFO_MASK], 0
        cmp     byte [ss:vcpu_info + INFO_PENDING], 0
        jne     .event
.go:
        iretd
.event:
        mov     byte [ss:vcpu_info + INFO_MASK], 1

; The upcall: an interrupt's frame, the mask is set. Every pending event is an interrupt that its driver takes as on the bare
; machine; the monitor has quieted the interrupt controller itself.
xen_upcall:
        push    dword 0
        push    dword IRQ0
        save_registers
        mov     byte [vcpu_info + INFO_PENDING], 0
        xor     eax, eax
        xchg    eax, [vcpu_info + INFO_SELECTOR]
        mov     edx, [xen_shared]
        xor     ebx, ebx
        xchg    ebx, [edx + SHARED_PENDING]
.event:
        bsf     eax, ebx
        jz      trap_return
        btr     ebx, eax
        mov     eax, [xen_vectors + eax * 4]
        mov     [ebp + FRAME_VECTOR], eax
        call    [trap_table + eax * 4]
        jmp     .event

; Segment registers of the interrupted code could not be loaded: this kernel loads none that could fail.
xen_failsafe:
        mov     edx, [esp]
        mov     eax, .message
        jmp     panic
.message:
        db      "failsafe callback", 0

; --- descriptor tables ---

; The monitor takes a table in whole pages that nobody can write, no segment of ring 0 and no system segment.
xen_load_gdt:
        pushad
        movzx   ebx, word [eax]
        inc     ebx
        shr     ebx, 3
        mov     esi, [eax + 2]
        xor     ecx, ecx
.descriptor:
        mov     al, [esi + ecx * 8 + 5]
        test    al, 0x10
        jz      .system
        test    al, 0x60
        jnz     .next
        or      byte [esi + ecx * 8 + 5], 0x20  ; DPL 1
        jmp     .next
.system:
        mov     dword [esi + ecx * 8], 0
        mov     dword [esi + ecx * 8 + 4], 0
.next:
        inc     ecx
        cmp     ecx, ebx
        jb      .descriptor
        push    ebx
        mov     eax, esi
        sub     eax, KERNEL_BASE
        xor     edx, edx
        call    xen_protect
        call    xen_machine
        shr     eax, 12
        mov     [.frame], eax
        pop     ecx
        mov     ebx, .frame
        hypercall_or_panic XEN_SET_GDT, "set_gdt:"
        popad
        ret
        align   4
.frame:
        dd      0

; The gates as set_trap_table wants them: db vector, DPL and 4 for an interrupt gate; dw selector; dd address; an address of 0
; ends it. With them goes what else must know the kernel's code segment: the upcall, and the interrupts behind it.
xen_load_idt:
        pushad
        movzx   ebp, word [eax]
        mov     esi, [eax + 2]
        mov     edi, .traps
        xor     ecx, ecx
.gate:
        cmp     byte [esi + ecx * 8 + 5], 0
        je      .next
        mov     [edi], cl
        mov     al, [esi + ecx * 8 + 5]
        mov     ah, al
        shr     al, 5
        and     al, 3
        and     ah, 1
        xor     ah, 1
        shl     ah, 2
        or      al, ah
        mov     [edi + 1], al
        mov     ax, [esi + ecx * 8 + 2]
        mov     [edi + 2], ax
        mov     eax, [esi + ecx * 8 + 4]
        mov     ax, [esi + ecx * 8]
        mov     [edi + 4], eax
        add     edi, 8
.next:
        inc     ecx
        lea     eax, [ecx * 8]
        cmp     eax, ebp
        jb      .gate
        mov     ebx, .traps
        hypercall_or_panic XEN_SET_TRAP_TABLE, "set_trap_table:"
        mov     ebx, KERNEL_CS | 1
        mov     ecx, xen_upcall
        mov     edx, ebx
        mov     esi, xen_failsafe
        hypercall_or_panic XEN_SET_CALLBACKS, "set_callbacks:"
        xor     eax, eax
        call    xen_bind
        mov     eax, 14
        call    xen_bind
        popad
        ret
        align   8
.traps:
        times   2 * (TRAP_STUBS + 2) dd 0

; Interrupt line EAX becomes an event.
xen_bind:
        mov     [.line], eax
        mov     ebx, EVENT_BIND_PIRQ
        mov     ecx, .line
        hypercall_or_panic XEN_EVENT_OP, "bind_pirq:"
        mov     eax, [.line]
        mov     edx, [.port]
        add     eax, IRQ0
        mov     [xen_vectors + edx * 4], eax
        mov     eax, [xen_shared]
        btr     [eax + SHARED_MASK], edx
        ret
        align   4
.line:
        dd      0, 0
.port:
        dd      0

xen_load_esp0:
        pushad
        mov     ecx, eax
        mov     eax, XEN_STACK_SWITCH
        mov     ebx, KERNEL_DS | 1
        call    xen_call
        popad
        ret

; --- the rest ---

xen_read_cr2:
        mov     eax, [vcpu_info + INFO_CR2]
.end:
        ret

; An undefined instruction that the monitor knows, before the one that it shall do.
xen_cpuid:
        ud2
        db      "xen"
        cpuid
        ret

        align   4
xen_operations:
        dd      pv_cli, xen_cli
        dd      pv_sti, xen_sti
        dd      pv_save_fl, xen_save_fl
        dd      pv_restore_fl, xen_restore_fl
        dd      pv_safe_halt, xen_safe_halt
        dd      pv_halt, xen_halt
        dd      pv_end_of_interrupt, nothing
        dd      pv_iret, xen_iret
        dd      pv_load_gdt, xen_load_gdt
        dd      pv_load_idt, xen_load_idt
        dd      pv_load_tr, nothing
        dd      pv_load_esp0, xen_load_esp0
        dd      pv_read_cr2, xen_read_cr2
        dd      pv_load_cr3, xen_load_cr3
        dd      pv_invlpg, xen_invlpg
        dd      pv_pte_val, xen_pte_val
        dd      pv_set_pte, xen_set_pte
        dd      pv_set_pde, xen_set_pte
        dd      pv_alloc_table, xen_alloc_table
        dd      pv_release_table, xen_release_table
        dd      pv_alloc_directory, xen_alloc_directory
        dd      pv_release_directory, xen_release_directory
        dd      pv_lazy_enter, xen_lazy_enter
        dd      pv_lazy_flush, xen_flush
        dd      pv_lazy_leave, xen_lazy_leave
        dd      pv_io_delay, nothing
        dd      pv_cpuid, xen_cpuid
        dd      0

xen_shared:                             ; linear
        dd      0
xen_vectors:                            ; by event
        times   32 dd IRQ0 + 1          ; one that is ignored
        align   64
vcpu_info:
        times   64 db 0
