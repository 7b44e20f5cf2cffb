; Processes: how they come (fork, exec) and go (exit, wait).
;
;     fork     a second process with the same regions and files; every page is shared, and who writes first copies (fault.asm)
;     exec     the same process with another program
;     exit     memory and files go at once; the page with its exit code stays until the parent waits
;
;     one page:   0  structure of layout.asm  | … stack grows down |  frame of its last entry into the kernel  4096

; EAX = a new process: a page with PID and parent (EDX), which cannot run yet.
process_alloc:
        push    edx
        call    page_alloc_zero
        add     eax, KERNEL_BASE
        pop     edx
        mov     [eax + PROCESS_PARENT], edx
        mov     ecx, [next_pid]
        mov     [eax + PROCESS_PID], ecx
        inc     dword [next_pid]
        lea     ecx, [eax + PAGE_SIZE - FRAME_SIZE - 20]
        mov     [eax + PROCESS_ESP], ecx
        mov     dword [ecx + 16], trap_return   ; switch_to pops four registers and returns there
        ret

; The process that runs when nobody else may: what boots becomes it. EAX = its page.
idle_init:
        xor     edx, edx
        call    process_alloc
        mov     [idle_process], eax
        mov     dword [eax + PROCESS_STATE], RUNNING
        mov     edx, [kernel_directory]
        mov     [loaded_directory], edx
        ret

; Process 1 runs program 0. When it exits, the machine goes off.
first_process:
        push    ebx
        push    ebp
        xor     edx, edx
        call    process_alloc
        mov     ebx, eax
        mov     [init_process], eax
        call    directory_new
        mov     [ebx + PROCESS_DIRECTORY], eax
        lea     ebp, [ebx + PAGE_SIZE - FRAME_SIZE]
        mov     dword [ebp + FRAME_DS], USER_DS
        mov     dword [ebp + FRAME_ES], USER_DS
        mov     dword [ebp + FRAME_CS], USER_CS
        mov     dword [ebp + FRAME_SS], USER_DS
        mov     dword [ebp + FRAME_EFLAGS], EFLAGS_USER
        xor     eax, eax
        call    load_program
        mov     eax, ebx
        call    make_runnable
        pop     ebp
        pop     ebx
        ret

; Put program EAX into process EBX, which has nothing in its user space, and its frame EBP on the program's first instruction.
load_program:
        push    esi
        push    edi
        push    dword [programs + eax * 8 + 4]
        mov     esi, [programs + eax * 8]
        mov     edi, PROGRAM_BASE
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

; exec(EBX = number of the program, ESI = its EBX): does not return; EAX = −1 when there is no such program.
sys_exec:
        cmp     ebx, [program_count]
        jae     .no
        mov     [ebp + FRAME_EBX], esi
        mov     esi, ebx
        current ebx
        call    user_space_free
        mov     eax, [ebx + PROCESS_DIRECTORY]
        call    directory_clear
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
        call    directory_new
        mov     [edi + PROCESS_DIRECTORY], eax
        call    user_space_share
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
        pv      lazy_enter
        lea     esi, [ebx + PROCESS_REGIONS]
        mov     ecx, REGIONS
.region:
        push    ecx
        cmp     dword [esi + REGION_START], 0
        je      .next
        call    region_share
.next:
        pop     ecx
        add     esi, REGION_SIZE
        loop    .region
        pv      lazy_leave
        mov     eax, [ebx + PROCESS_DIRECTORY]
        pv      load_cr3                ; the parent must not write through old translations
        pop     esi
        ret

; The same for the region ESI.
region_share:
        push    ebp
        push    dword [esi + REGION_END]
        mov     ebp, [esi + REGION_START]
.page:
        mov     eax, [ebx + PROCESS_DIRECTORY]
        mov     edx, ebp
        call    pte_find
        test    eax, eax
        jz      .no_table
        mov     edx, [eax]
        test    dl, PTE_P
        jz      .next
        test    dl, PTE_W
        jz      .shared
        and     edx, ~PTE_W
        or      edx, PTE_COW
        pv      set_pte
.shared:
        mov     eax, edx
        call    page_users
        inc     dword [eax]
        push    edx
        mov     eax, [edi + PROCESS_DIRECTORY]
        mov     edx, ebp
        call    pte_make
        pop     edx
        pv      set_pte
.next:
        add     ebp, PAGE_SIZE
.test:
        cmp     ebp, [esp]
        jb      .page
        pop     eax
        pop     ebp
        ret
.no_table:
        or      ebp, 0x3FFFFF
        inc     ebp
        jmp     .test

; exit(EBX = code): does not return.
sys_exit:
        mov     esi, ebx
        current ebx
        cmp     ebx, [init_process]
        jne     .child
        mov     eax, esi
        jmp     power_off
.child:
        mov     [ebx + PROCESS_EXIT_CODE], esi
        call    files_close
        call    user_space_free
        mov     eax, [ebx + PROCESS_DIRECTORY]
        call    directory_free
        mov     edx, [ebx + PROCESS_CHILDREN]   ; they become children of process 1
        mov     ecx, [init_process]
.orphan:
        test    edx, edx
        jz      .gone
        mov     [edx + PROCESS_PARENT], ecx
        push    dword [edx + PROCESS_SIBLING]
        mov     eax, [ecx + PROCESS_CHILDREN]
        mov     [edx + PROCESS_SIBLING], eax
        mov     [ecx + PROCESS_CHILDREN], edx
        pop     edx
        jmp     .orphan
.gone:
        pv      cli
        mov     dword [ebx + PROCESS_STATE], ZOMBIE
        mov     eax, [ebx + PROCESS_PARENT]
        add     eax, PROCESS_CHILD_EXIT
        call    wake_up
        mov     eax, [init_process]     ; which may wait for an orphan that has exited long ago
        add     eax, PROCESS_CHILD_EXIT
        call    wake_up
        jmp     schedule

; wait(EBX -> where the exit code goes, or 0): EAX = PID of a child that has exited, −1 when there is no child.
sys_wait:
        mov     esi, ebx
        current ebx
.again:
        lea     edx, [ebx + PROCESS_CHILDREN]   ; the dword that points to the child
        cmp     dword [edx], 0
        je      .none
.child:
        mov     eax, [edx]
        cmp     dword [eax + PROCESS_STATE], ZOMBIE
        je      .found
        lea     edx, [eax + PROCESS_SIBLING]
        cmp     dword [edx], 0
        jne     .child
        lea     eax, [ebx + PROCESS_CHILD_EXIT]
        call    sleep_on
        jmp     .again
.found:
        mov     ecx, [eax + PROCESS_SIBLING]
        mov     [edx], ecx
        push    dword [eax + PROCESS_PID]
        push    dword [eax + PROCESS_EXIT_CODE]
        sub     eax, KERNEL_BASE
        call    page_free
        pop     edx
        pop     eax
        test    esi, esi
        jz      .done
        cmp     esi, USER_END - 4
        ja      .none
        mov     [esi], edx
.done:
        ret
.none:
        mov     eax, -1
        ret

        align   4
next_pid:
        dd      0                       ; the idle process is 0
init_process:
        dd      0
