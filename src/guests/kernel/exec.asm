; exec: the same process with another program. Programs lie behind the kernel in memory, whole pages each;
; a process gets copies of them, since code and data are in one piece.

; Put program EAX into process EBX, which has nothing in its user space, and its frame EBP on the program's first instruction.
load_program:
        push    esi
        push    edi
        push    dword [programs + eax * 8 + 4]
        mov     esi, [programs + eax * 8]
        mov     edi, PROGRAM_BASE
        pv      lazy_enter
.page:
        mov     eax, [ebx + PROCESS_DIRECTORY]
        mov     edx, edi
        call    pte_make
        push    eax
        call    page_alloc
        push    eax
        push    edi
        lea     edi, [eax + KERNEL_BASE]
        mov     ecx, PAGE_SIZE / 4
        rep     movsd
        pop     edi
        pop     edx
        or      edx, PTE_P | PTE_W | PTE_U
        pop     eax
        pv      set_pte
        add     edi, PAGE_SIZE
        dec     dword [esp]
        jnz     .page
        pv      lazy_leave
        pop     eax
        mov     dword [ebx + PROCESS_REGIONS + REGION_START], PROGRAM_BASE
        mov     [ebx + PROCESS_REGIONS + REGION_END], edi
        mov     dword [ebx + PROCESS_REGIONS + REGION_WRITE], PTE_W
        mov     dword [ebx + PROCESS_REGIONS + REGION_SIZE + REGION_START], USER_END - STACK_SIZE
        mov     dword [ebx + PROCESS_REGIONS + REGION_SIZE + REGION_END], USER_END
        mov     dword [ebx + PROCESS_REGIONS + REGION_SIZE + REGION_WRITE], PTE_W
        mov     dword [ebp + FRAME_EIP], PROGRAM_BASE
        mov     dword [ebp + FRAME_ESP], USER_END
        pop     edi
        pop     esi
        ret

; exec(EBX = number of the program, ESI = its EBX): does not return; EAX = −1 when there is no such program.
sys_exec:
        cmp     ebx, [program_count]
        jae     .no
        mov     [ebp + FRAME_EBX], esi
        mov     esi, ebx
        current ebx
        pv      lazy_enter
        call    user_space_free
        mov     eax, [ebx + PROCESS_DIRECTORY]
        call    directory_clear
        pv      lazy_leave              ; the pages are used again
        mov     dword [ebx + PROCESS_HANDLER], 0
        mov     eax, esi
        call    load_program
        mov     eax, [ebx + PROCESS_DIRECTORY]
        mov     [loaded_directory], eax
        pv      load_cr3
        xor     eax, eax
        ret
.no:
        mov     eax, -1
        ret

; Give back the pages and the tables of the current process, which is EBX. CR3 holds the kernel's directory afterwards.
user_space_free:
        push    esi
        push    edi
        mov     eax, [kernel_directory]
        mov     [loaded_directory], eax
        pv      load_cr3                ; from here on no translation of these pages is left
        lea     esi, [ebx + PROCESS_REGIONS]
        mov     edi, REGIONS
.region:
        cmp     dword [esi + REGION_START], 0
        je      .free
        mov     eax, [ebx + PROCESS_DIRECTORY]
        mov     edx, esi
        xor     ecx, ecx
        call    region_empty
        mov     dword [esi + REGION_START], 0
        mov     dword [esi + REGION_END], 0
.free:
        add     esi, REGION_SIZE
        dec     edi
        jnz     .region
        pop     edi
        pop     esi
        ret
