; Processes: the first one, and how they all go. They come by fork.asm; exec.asm gives them another program.
;
;     exit     memory and files go at once; the page with the exit code stays until the parent waits
;     wait     takes the exit code and the page
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
        pv      lazy_enter
        call    user_space_free
        mov     eax, [ebx + PROCESS_DIRECTORY]
        call    directory_free
        pv      lazy_leave
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
