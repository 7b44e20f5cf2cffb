; fork: a second process with the same regions and files. No page is copied: both get every page, read-only,
; and who writes first copies (fault.asm).
;
;     before   parent: page 7, writable       page 7: one user
;     after    parent: page 7, PTE_COW        page 7: two users
;              child:  page 7, PTE_COW

; fork(): EAX = PID of the child, 0 in the child.
sys_fork:
        current ebx
        mov     edx, ebx
        call    process_alloc
        mov     edx, eax
        lea     esi, [ebx + PROCESS_HANDLER]
        lea     edi, [edx + PROCESS_HANDLER]
        movsd
        lea     esi, [ebx + PROCESS_FILES]
        lea     edi, [edx + PROCESS_FILES]
        mov     ecx, (PROCESS_SIZE - PROCESS_FILES) / 4
        rep     movsd
        mov     esi, ebp
        lea     edi, [edx + PAGE_SIZE - FRAME_SIZE]
        mov     ecx, FRAME_SIZE / 4
        rep     movsd
        mov     dword [edx + PAGE_SIZE - FRAME_SIZE + FRAME_EAX], 0
        mov     eax, [ebx + PROCESS_CHILDREN]
        mov     [edx + PROCESS_SIBLING], eax
        mov     [ebx + PROCESS_CHILDREN], edx
        mov     edi, edx
        mov     eax, edi
        call    files_share
        pv      lazy_enter
        call    directory_new
        mov     [edi + PROCESS_DIRECTORY], eax
        call    user_space_share
        pv      lazy_leave
        mov     esi, [edi + PROCESS_PID]
        pv      save_fl
        push    eax
        pv      cli
        mov     eax, edi
        call    make_runnable
        pop     eax
        pv      restore_fl
        mov     eax, esi
        ret

; Map all pages of process EBX, the current one, in process EDI too. Writable ones become read-only in both.
user_space_share:
        push    esi
        lea     esi, [ebx + PROCESS_REGIONS]
        mov     ecx, REGIONS
.region:
        push    ecx
        cmp     dword [esi + REGION_START], 0
        je      .next
        cmp     ecx, REGIONS - 2
        ja      .alone
        pv      lazy_flush              ; what mmap made may lie in a table that is new since the last region
.alone:
        call    region_share
.next:
        pop     ecx
        add     esi, REGION_SIZE
        loop    .region
        mov     eax, [ebx + PROCESS_DIRECTORY]
        pv      load_cr3                ; the parent must not write through old translations
        pop     esi
        ret

; The same for the region ESI, table by table.
region_share:
        push    ebp
        push    dword [esi + REGION_END]
        mov     ebp, [esi + REGION_START]
.table:
        mov     eax, [ebx + PROCESS_DIRECTORY]
        mov     edx, ebp
        call    pte_find
        test    eax, eax
        jz      .no_table
        push    eax                     ; the parent's entry
        mov     eax, [edi + PROCESS_DIRECTORY]
        mov     edx, ebp
        call    pte_make
        push    eax                     ; the child's
.page:
        mov     ecx, [esp + 4]
        mov     eax, [ecx]
        test    al, PTE_P
        jz      .next
        pv      pte_val
        mov     edx, eax
        test    dl, PTE_W
        jz      .shared
        and     edx, ~PTE_W
        or      edx, PTE_COW
        mov     eax, ecx
        pv      set_pte
.shared:
        mov     eax, edx
        call    page_users
        inc     dword [eax]
        mov     eax, [esp]
        pv      set_pte
.next:
        add     dword [esp], 4
        add     dword [esp + 4], 4
        add     ebp, PAGE_SIZE
        cmp     ebp, [esp + 8]
        jae     .end
        test    ebp, 0x3FFFFF
        jnz     .page
        add     esp, 8
        jmp     .table
.end:
        add     esp, 12
        pop     ebp
        ret
.no_table:                              ; on to the next 4 MB
        or      ebp, 0x3FFFFF
        inc     ebp
        cmp     ebp, [esp]
        jb      .table
        pop     eax
        pop     ebp
        ret
