; exec: the same process with another program. Programs lie behind the kernel in memory, whole pages each;
; a process gets copies of them, since code and data are in one piece.

; Put program EAX into process EBX, which has nothing in its user space, and its frame EBP on the program's first instruction.
load_program:
        push    esi
        push    edi
        mov     esi, [programs + eax * 8]
        mov     edi, [programs + eax * 8 + 4]
        mov     ecx, edi
        shl     ecx, 12
        add     ecx, PROGRAM_BASE
        mov     [ebx + PROCESS_REGIONS + REGION_END], ecx
        pv      lazy_enter
        mov     eax, [ebx + PROCESS_DIRECTORY]
        mov     edx, PROGRAM_BASE
        call    pte_make                ; one table: a program is shorter than 4 MB
        push    edi
.page:
        push    eax
        call    page_alloc
        push    eax
        lea     edi, [eax + KERNEL_BASE]
        mov     ecx, PAGE_SIZE / 4
        rep     movsd
        pop     edx
        or      edx, PTE_P | PTE_W | PTE_U
        mov     eax, [esp]
        pv      set_pte
        pop     eax
        add     eax, 4
        dec     dword [esp]
        jnz     .page
        pop     eax
        pv      lazy_leave
        mov     dword [ebx + PROCESS_REGIONS + REGION_START], PROGRAM_BASE
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
        pv      lazy_enter
        call    load_program
        mov     eax, [ebx + PROCESS_DIRECTORY]
        mov     [loaded_directory], eax
        pv      load_cr3
        pv      lazy_leave
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
