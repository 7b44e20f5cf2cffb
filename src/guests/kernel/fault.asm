; Page faults: memory that comes when it is touched, copies that wait for a write, and everything else, which is an error.
;
;     in a region, no page                    a page of zeros                    (demand-zero)
;     in a region, write, page is shared      a copy, or the page itself
;                                             if nobody else has it any more     (copy on write)
;     in a region, write, region read-only  \ ring 3: the process's handler, if it has one; else the process ends
;     elsewhere                             / kernel: the system call was given a bad pointer; the process ends
;
; The kernel takes the first two as well: CR0.WP makes its writes obey the user's pages.

FAULT_PRESENT  equ 1
FAULT_WRITE    equ 2
FAULT_USER     equ 4
KILLED_CODE    equ 139                  ; exit code of a process that ends so

; EBP -> frame. Interrupts are off until the address is read from CR2.
page_fault:
        pv      read_cr2
        mov     edi, eax
        test    dword [ebp + FRAME_EFLAGS], EFLAGS_IF
        jz      .resolve
        pv      sti
.resolve:
        cmp     edi, USER_END
        jae     .bad
        current ebx
        mov     eax, ebx
        mov     edx, edi
        call    region_find
        test    eax, eax
        jz      .bad
        mov     esi, [eax + REGION_WRITE]
        test    byte [ebp + FRAME_ERROR], FAULT_WRITE
        jz      .allowed
        test    esi, esi
        jz      .bad
.allowed:
        pv      lazy_enter
        mov     eax, [ebx + PROCESS_DIRECTORY]
        mov     edx, edi
        call    pte_make
        mov     ebx, eax
        mov     eax, [ebx]
        test    al, PTE_P
        jnz     .present

        call    page_alloc_zero         ; demand-zero
        mov     edx, eax
        or      edx, esi
        or      edx, PTE_P | PTE_U
        mov     eax, ebx
        pv      set_pte
        pvjump  lazy_leave

.present:
        pv      pte_val
        mov     edx, eax
        test    edx, PTE_COW
        jz      .stale
        mov     eax, edx
        call    page_users
        cmp     dword [eax], 1
        je      .own
        push    edi
        mov     esi, edx                ; copy on write
        call    page_alloc
        push    eax
        lea     edi, [eax + KERNEL_BASE]
        push    esi
        and     esi, ~PTE_FLAGS
        add     esi, KERNEL_BASE
        mov     ecx, PAGE_SIZE / 4
        rep     movsd
        pop     eax
        call    page_free
        pop     edx
        pop     edi
.own:
        and     edx, ~(PTE_FLAGS)
        or      edx, PTE_P | PTE_W | PTE_U
        mov     eax, ebx
        pv      set_pte
.stale:                                 ; or a translation that a TLB still had: forget it and try again
        mov     eax, edi
        pv      invlpg
        pvjump  lazy_leave

.bad:
        compare_ring3
        jne     .kernel
        current ebx
        mov     eax, [ebx + PROCESS_HANDLER]
        test    eax, eax
        jz      kill
; Call the handler: it finds the fault's address on its stack, and below it where to return to.
        mov     edx, [ebp + FRAME_ESP]
        cmp     edx, USER_END
        ja      kill
        mov     ecx, [ebp + FRAME_EIP]
        mov     [edx - 4], ecx
        mov     [edx - 8], edi
        sub     edx, 8
        mov     [ebp + FRAME_ESP], edx
        mov     [ebp + FRAME_EIP], eax
        ret
.kernel:
        cmp     edi, USER_END
        jb      kill
        mov     edx, [ebp + FRAME_EIP]
        mov     eax, .message
        jmp     panic
.message:
        db      "page fault in the kernel at", 0

; The process did what it may not: say so and end it. EBP -> frame.
kill:
        pv      sti
        mov     eax, .process
        call    print
        current eax
        mov     eax, [eax + PROCESS_PID]
        call    print_hex
        mov     eax, .exception
        call    print
        mov     eax, [ebp + FRAME_VECTOR]
        call    print_hex
        mov     eax, .newline
        call    print
        mov     ebx, KILLED_CODE
        jmp     sys_exit
.process:
        db      "process ", 0
.exception:
        db      " killed: exception ", 0
.newline:
        db      10, 0
