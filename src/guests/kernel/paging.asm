; Page directories and page tables, 32-bit, two levels, 4 KB pages (SDM Vol. 3, 4.3).
;
;     31            22 21          12 11           0
;    +----------------+--------------+--------------+
;    | directory      | table        | offset       |
;    +----------------+--------------+--------------+
;
; Entries 0 … 63 of a directory are the process's own; the kernel's, from 768 up, are the same in all and never change, so that
; they may be global. Tables are reached through the mapping of all memory at KERNEL_BASE.

USER_TABLES    equ USER_END >> 22
KERNEL_ENTRY   equ KERNEL_BASE >> 22

CR0_WP         equ 1 << 16
CR4_PSE        equ 1 << 4
CR4_PGE        equ 1 << 7
%ifdef SSE
CR4_SSE        equ 1 << 9 | 1 << 10     ; OSFXSR, OSXMMEXCPT
%else
CR4_SSE        equ 0
%endif

; The kernel's own directory: all of memory, in 4 KB pages, since a monitor may want to protect a single one.
paging_init:
        cmp     dword [kernel_directory], 0
        jne     .given                  ; a monitor has made it
        push    ebx
        push    esi
        push    edi
        call    page_alloc_zero
        mov     [kernel_directory], eax
        pv      alloc_directory
        mov     eax, [kernel_directory]
        lea     edi, [eax + KERNEL_BASE + 4 * KERNEL_ENTRY]
        xor     ebx, ebx                ; the next page to map
        pv      lazy_enter
.table:
        call    page_alloc_zero
        mov     esi, eax
        pv      alloc_table
        mov     eax, edi
        lea     edx, [esi + PTE_P + PTE_W]
        pv      set_pde
        add     esi, KERNEL_BASE
        mov     ecx, 1024
.page:
        mov     eax, esi
        mov     edx, ebx
        or      edx, PTE_P | PTE_W | PTE_G
        pv      set_pte
        add     esi, 4
        add     ebx, PAGE_SIZE
        loop    .page
        add     edi, 4
        mov     eax, ebx
        shr     eax, 12
        cmp     eax, [param_memory_pages]
        jb      .table
        pv      lazy_leave
        mov     eax, [kernel_directory]
        pv      load_cr3
        pv      read_cr4
        and     eax, ~CR4_PSE           ; the boot sector's 4 MB pages are gone
        or      eax, CR4_PGE | CR4_SSE
        pv      write_cr4
        pv      read_cr0
        or      eax, CR0_WP             ; the kernel's writes obey the user's pages: it must copy on write too
        pv      write_cr0
        pop     edi
        pop     esi
        pop     ebx
.given:
        ret

        align   4
kernel_directory:
        dd      0                       ; physical

; EAX = physical address of a directory that maps the kernel and nothing else.
directory_new:
        push    esi
        push    edi
        call    page_alloc_zero
        push    eax
        lea     edi, [eax + KERNEL_BASE + 4 * KERNEL_ENTRY]
        mov     esi, [kernel_directory]
        lea     esi, [esi + KERNEL_BASE + 4 * KERNEL_ENTRY]
        mov     ecx, 1024 - KERNEL_ENTRY
        rep     movsd
        pv      alloc_directory
        pop     eax
        pop     edi
        pop     esi
        ret

; The entry that maps EDX in directory EAX: EAX = its address, 0 if there is no table.
pte_find:
        mov     ecx, edx
        shr     ecx, 22
        mov     eax, [eax + KERNEL_BASE + ecx * 4]
        test    al, PTE_P
        jz      .none
        pv      pte_val
        and     eax, ~PTE_FLAGS
        shr     edx, 10
        and     edx, 0xFFC
        lea     eax, [eax + edx + KERNEL_BASE]
        ret
.none:
        xor     eax, eax
        ret

; The same, and a table is made where there is none. Within lazy_enter it is not to be found again before lazy_flush.
pte_make:
        push    eax
        push    edx
        call    pte_find
        test    eax, eax
        jnz     .found
        call    page_alloc_zero
        push    eax
        pv      lazy_enter
        pv      alloc_table
        mov     ecx, [esp + 4]          ; the linear address
        shr     ecx, 22
        mov     eax, [esp + 8]          ; the directory
        lea     eax, [eax + ecx * 4 + KERNEL_BASE]
        mov     edx, [esp]
        or      edx, PTE_P | PTE_W | PTE_U
        pv      set_pde
        pv      lazy_leave
        pop     eax
        mov     edx, [esp]
        shr     edx, 10
        and     edx, 0xFFC
        lea     eax, [eax + edx + KERNEL_BASE]
.found:
        add     esp, 8
        ret

; Give the directory EAX and its tables back; the pages that they map are gone already. Not the one that CR3 holds.
directory_free:
        push    ebx
        push    esi
        mov     ebx, eax
        call    directory_clear
        mov     eax, ebx
        pv      release_directory
        mov     eax, ebx
        call    page_free
        pop     esi
        pop     ebx
        ret

; Take the process's tables out of the directory EAX.
directory_clear:
        push    ebx
        push    esi
        lea     esi, [eax + KERNEL_BASE]
        lea     ebx, [esi + 4 * USER_TABLES]
        pv      lazy_enter
.entry:
        mov     eax, [esi]
        test    al, PTE_P
        jz      .next
        pv      pte_val
        push    eax
        mov     eax, esi
        xor     edx, edx
        pv      set_pde
        mov     eax, [esp]
        and     eax, ~PTE_FLAGS
        pv      release_table
        pop     eax
        call    page_free
.next:
        add     esi, 4
        cmp     esi, ebx
        jb      .entry
        pv      lazy_leave
        pop     esi
        pop     ebx
        ret
