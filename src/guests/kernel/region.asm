; Regions: which pieces of user space a process may touch. Pages come when they are touched (fault.asm).
;
;     slot 0    the program           slot 1    the stack           2 …    what mmap made
;
; mmap looks from MMAP_BASE upwards for the first gap that is long enough.

; The region of process EAX that EDX lies in: EAX = its slot, 0 if none.
region_find:
        lea     eax, [eax + PROCESS_REGIONS]
        lea     ecx, [eax + REGIONS * REGION_SIZE]
.slot:
        cmp     edx, [eax + REGION_START]
        jb      .next
        cmp     edx, [eax + REGION_END]
        jb      .found
.next:
        add     eax, REGION_SIZE
        cmp     eax, ecx
        jb      .slot
        xor     eax, eax
.found:
        ret

; mmap(EBX = bytes, ESI = 1: may be written): EAX = address of fresh zeros, −1 when there is no place.
sys_mmap:
        dec     ebx                     ; whole pages
        cmp     ebx, USER_END
        jae     .no
        or      ebx, PAGE_SIZE - 1
        inc     ebx
        and     esi, 1
        shl     esi, 1                  ; PTE_W
        current edx
        add     edx, PROCESS_REGIONS
        mov     eax, MMAP_BASE
.try:                                   ; does [EAX, EAX + EBX) meet a region?
        lea     edi, [eax + ebx]
        mov     ecx, REGIONS
        push    edx
.against:
        cmp     edi, [edx + REGION_START]
        jbe     .apart
        cmp     eax, [edx + REGION_END]
        jae     .apart
        mov     eax, [edx + REGION_END]
        pop     edx
        jmp     .try
.apart:
        add     edx, REGION_SIZE
        loop    .against
        pop     edx
        cmp     edi, USER_END - STACK_SIZE
        ja      .no
        mov     ecx, REGIONS
.slot:
        cmp     dword [edx + REGION_START], 0
        je      .free
        add     edx, REGION_SIZE
        loop    .slot
.no:
        mov     eax, -1
        ret
.free:
        mov     [edx + REGION_START], eax
        mov     [edx + REGION_END], edi
        mov     [edx + REGION_WRITE], esi
        ret

; munmap(EBX = address that mmap gave): EAX = 0, −1 when it is none.
sys_munmap:
        call    region_mapped
        jc      .no
        push    eax
        mov     edx, eax
        current eax
        mov     eax, [eax + PROCESS_DIRECTORY]
        mov     ecx, 1
        call    region_empty
        pop     eax
        mov     dword [eax + REGION_START], 0
        mov     dword [eax + REGION_END], 0
        xor     eax, eax
        ret
.no:
        mov     eax, -1
        ret

; EAX = the slot of the region that mmap made at EBX; carry: there is none.
region_mapped:
        current eax
        mov     edx, ebx
        cmp     edx, MMAP_BASE
        jb      .no
        call    region_find
        test    eax, eax
        jz      .no
        cmp     [eax + REGION_START], ebx
        jne     .no
        cmp     ebx, USER_END - STACK_SIZE
        jae     .no
        clc
        ret
.no:
        stc
        ret

; Take the pages of region EDX out of directory EAX. ECX = 1: it is the current one, so that the TLB must forget each page.
region_empty:
        push    ebx
        push    esi
        push    edi
        push    ebp
        mov     ebp, eax
        mov     ebx, [edx + REGION_START]
        mov     edi, [edx + REGION_END]
        push    ecx
        pv      lazy_enter
        jmp     .test
.page:
        mov     eax, ebp
        mov     edx, ebx
        call    pte_find
        test    eax, eax
        jz      .no_table
        test    byte [eax], PTE_P
        jz      .next
        mov     edx, eax
        mov     eax, [edx]
        pv      pte_val
        mov     esi, eax
        mov     eax, edx
        xor     edx, edx
        pv      set_pte
        cmp     dword [esp], 0
        je      .forgotten
        mov     eax, ebx
        pv      invlpg
.forgotten:
        mov     eax, esi
        call    page_free
.next:
        add     ebx, PAGE_SIZE
.test:
        cmp     ebx, edi
        jb      .page
        pv      lazy_leave
        pop     ecx
        pop     ebp
        pop     edi
        pop     esi
        pop     ebx
        ret
.no_table:                              ; on to the next 4 MB
        or      ebx, 0x3FFFFF
        inc     ebx
        jmp     .test

; mprotect(EBX = address that mmap gave, ESI = 1: may be written): EAX = 0, −1 when it is none.
; Pages that are present change at once; a page that a fork shares becomes writable only by the copy at its next write.
sys_mprotect:
        call    region_mapped
        jc      .no
        and     esi, 1
        shl     esi, 1
        mov     [eax + REGION_WRITE], esi
        mov     edi, [eax + REGION_END]
        pv      lazy_enter
.page:
        current eax
        mov     eax, [eax + PROCESS_DIRECTORY]
        mov     edx, ebx
        call    pte_find
        test    eax, eax
        jz      .next
        mov     ecx, eax
        mov     eax, [ecx]
        test    al, PTE_P
        jz      .next
        pv      pte_val
        and     eax, ~PTE_W
        test    eax, PTE_COW
        jnz     .set
        or      eax, esi
.set:
        mov     edx, eax
        mov     eax, ecx
        pv      set_pte
        mov     eax, ebx
        pv      invlpg
.next:
        add     ebx, PAGE_SIZE
        cmp     ebx, edi
        jb      .page
        pv      lazy_leave
        xor     eax, eax
        ret
.no:
        mov     eax, -1
        ret
