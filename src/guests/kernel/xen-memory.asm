; Page tables below a Xen-like monitor: the processor walks the kernel's own tables, so they hold machine frames, nobody can
; write to them, and every change is a request that the monitor checks.
;
;     physical -> machine    the frame list of the start info          machine -> physical    MACH2PHYS, mapped by the monitor
;
; Between lazy_enter and lazy_leave the requests wait: entries of mmu_update side by side, up to 128, and hypercalls in the
; order in which they came, which multicall makes with one crossing. Alone they go at once.
;
;     xen_calls   | mmu_update, 3 of xen_updates | update_va_mapping | mmu_update, 40 of xen_updates | …     32 bytes each

MACH2PHYS      equ 0xFC000000
DOMID_SELF     equ 0x7FF0
UVMF_INVLPG    equ 2
MMUEXT_PIN_L2  equ 1
MMUEXT_UNPIN   equ 4
MMUEXT_BASEPTR equ 5
MMUEXT_FLUSH   equ 6
MMUEXT_INVLPG  equ 7
XEN_CALLS      equ 32
XEN_UPDATES    equ 128
XEN_PAGES      equ 16                   ; translations to forget one by one; more of them: all
CALL_OP        equ 0                    ; in xen_calls: number, result, arguments
CALL_RESULT    equ 4
CALL_ARGUMENTS equ 8

; EAX = physical address: EAX = machine address.
xen_machine:
        push    ecx
        mov     ecx, eax
        shr     ecx, 12
        and     eax, PAGE_SIZE - 1
        shl     ecx, 2
        add     ecx, [xen_frames]
        mov     ecx, [ecx]
        shl     ecx, 12
        or      eax, ecx
        pop     ecx
        ret

xen_pte_val:
        push    ecx
        mov     ecx, eax
        shr     ecx, 12
        and     eax, PTE_FLAGS
        mov     ecx, [MACH2PHYS + ecx * 4]
        shl     ecx, 12
        or      eax, ecx
        pop     ecx
        ret

; Make hypercall EAX with the arguments EBX, ECX, EDX, ESI: now, or with the others. Changes EDI.
xen_call:
        cmp     dword [xen_call_count], XEN_CALLS
        jb      .room
        call    xen_flush
.room:
        mov     edi, [xen_call_count]
        inc     dword [xen_call_count]
        shl     edi, 5
        add     edi, xen_calls
        mov     [edi + CALL_OP], eax
        mov     [edi + CALL_ARGUMENTS], ebx
        mov     [edi + CALL_ARGUMENTS + 4], ecx
        mov     [edi + CALL_ARGUMENTS + 8], edx
        mov     [edi + CALL_ARGUMENTS + 12], esi
        cmp     dword [xen_lazy], 0
        je      xen_flush
        ret

; Make all calls that wait.
xen_flush:
        cmp     dword [xen_call_count], 0
        je      .nothing
        pushad
        mov     ebp, [xen_call_count]
        mov     dword [xen_call_count], 0
        mov     dword [xen_update_count], 0
        mov     edi, xen_calls
        cmp     ebp, 1
        jne     .many
        mov     ebx, [edi + CALL_ARGUMENTS]
        mov     ecx, [edi + CALL_ARGUMENTS + 4]
        mov     edx, [edi + CALL_ARGUMENTS + 8]
        mov     esi, [edi + CALL_ARGUMENTS + 12]
        mov     eax, [edi + CALL_OP]
        int     0x82
        test    eax, eax
        js      .refused
        popad
.nothing:
        ret
.many:
        mov     ebx, edi
        mov     ecx, ebp
        hypercall XEN_MULTICALL
        test    eax, eax
        js      .refused
.result:
        mov     eax, [edi + CALL_RESULT]
        test    eax, eax
        js      .refused
        add     edi, 32
        dec     ebp
        jnz     .result
        popad
        ret
.refused:
        mov     edx, [edi + CALL_OP]
        shl     edx, 16
        mov     dx, ax
        mov     eax, .message
        jmp     panic
.message:
        db      "the monitor refuses (call, error)", 0

xen_set_pte:
        pushad
        sub     eax, KERNEL_BASE
        call    xen_machine
        xchg    eax, edx
        test    al, PTE_P
        jz      .entry
        call    xen_machine
        and     eax, ~PTE_G             ; the monitor's own
.entry:
        cmp     dword [xen_update_count], XEN_UPDATES
        jb      .room
        call    xen_flush
.room:
        mov     ebx, [xen_update_count]
        inc     dword [xen_update_count]
        shl     ebx, 4
        add     ebx, xen_updates
        mov     [ebx], edx              ; ptr; its low bits 0: a normal update
        mov     [ebx + 8], eax
        mov     edi, [xen_call_count]   ; one more for the last call, if it is one of these
        shl     edi, 5
        jz      .new
        add     edi, xen_calls - 32
        cmp     dword [edi + CALL_OP], XEN_MMU_UPDATE
        jne     .new
        inc     dword [edi + CALL_ARGUMENTS + 4]
        popad
        ret
.new:
        mov     eax, XEN_MMU_UPDATE
        mov     ecx, 1
        xor     edx, edx
        mov     esi, DOMID_SELF
        call    xen_call
        popad
        ret

; The kernel's mapping of page EAX gets the right EDX: 0 or PTE_W.
xen_protect:
        pushad
        lea     ebx, [eax + KERNEL_BASE]
        call    xen_machine
        and     eax, ~PTE_FLAGS
        lea     ecx, [eax + edx + PTE_P]
        xor     edx, edx                ; high half of the entry
        mov     esi, UVMF_INVLPG
        mov     eax, XEN_UPDATE_VA
        call    xen_call
        popad
        ret

xen_alloc_table:
        push    edx
        xor     edx, edx
        call    xen_protect
        pop     edx
        ret

xen_release_table:
        push    edx
        mov     edx, PTE_W
        call    xen_protect
        pop     edx
        ret

; A directory stays one until it is unpinned.
xen_alloc_directory:
        call    xen_lazy_enter
        call    xen_alloc_table
        push    edx
        mov     edx, MMUEXT_PIN_L2
        call    xen_directory
        pop     edx
        jmp     xen_lazy_leave

xen_release_directory:
        call    xen_lazy_enter
        push    edx
        mov     edx, MMUEXT_UNPIN
        call    xen_directory
        pop     edx
        call    xen_release_table
        jmp     xen_lazy_leave

xen_load_cr3:
        push    edx
        mov     edx, MMUEXT_BASEPTR
        call    xen_directory
        pop     edx
        ret

; Operation EDX on the directory EAX.
xen_directory:
        pushad
        call    xen_machine
        shr     eax, 12
        call    xen_mmuext
        popad
        ret

; mmuext_op EDX with its one argument EAX. Changes all but EBP. The slot is taken again only after a flush: the calls before
; this one are as many.
xen_mmuext:
        cmp     dword [xen_call_count], XEN_CALLS
        jb      .room
        call    xen_flush
.room:
        mov     ebx, [xen_call_count]
        lea     ebx, [ebx + ebx * 2]
        lea     ebx, [xen_operands + ebx * 4]
        mov     [ebx], edx
        mov     [ebx + 4], eax
        mov     eax, XEN_MMUEXT_OP
        mov     ecx, 1
        xor     edx, edx
        mov     esi, DOMID_SELF
        jmp     xen_call

; Late, the pages are remembered and forgotten by the processor all at the end.
xen_invlpg:
        cmp     dword [xen_lazy], 0
        jne     .late
        pushad
        mov     edx, MMUEXT_INVLPG
        call    xen_mmuext
        popad
        ret
.late:
        push    edx
        mov     edx, [xen_page_count]
        inc     dword [xen_page_count]
        cmp     edx, XEN_PAGES
        jae     .many
        lea     edx, [edx + edx * 2]
        mov     [xen_pages + edx * 4 + 4], eax
.many:
        pop     edx
        ret

xen_lazy_enter:
        cmp     dword [param_batch], 0
        je      .off
        inc     dword [xen_lazy]
.off:
        ret

xen_lazy_leave:
        cmp     dword [xen_lazy], 1
        ja      .inner
        cmp     dword [xen_page_count], 0
        je      .leave
        pushad
        mov     ebx, xen_pages
        mov     ecx, [xen_page_count]
        cmp     ecx, XEN_PAGES
        jbe     .pages
        mov     ebx, .all
        mov     ecx, 1
.pages:
        mov     dword [xen_page_count], 0
        mov     eax, XEN_MMUEXT_OP
        xor     edx, edx
        mov     esi, DOMID_SELF
        call    xen_call
        popad
.leave:
        mov     dword [xen_lazy], 0
        jmp     xen_flush
.inner:
        dec     dword [xen_lazy]
        ret
        align   4
.all:
        dd      MMUEXT_FLUSH, 0, 0

        align   8
xen_updates:                            ; ptr, val: 64 bits each
        times   XEN_UPDATES * 4 dd 0
xen_calls:
        times   XEN_CALLS * 8 dd 0
xen_operands:
        times   XEN_CALLS * 3 dd 0
xen_pages:                              ; as mmuext_op wants them
        times   XEN_PAGES dd MMUEXT_INVLPG, 0, 0
xen_frames:                             ; machine frames by physical frame
        dd      0
xen_call_count:
        dd      0
xen_update_count:
        dd      0
xen_page_count:
        dd      0
xen_lazy:
        dd      0
