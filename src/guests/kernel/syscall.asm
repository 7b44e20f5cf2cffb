; System calls: number in EAX, arguments in EBX, ESI, EDI, result in EAX. They run with interrupts on; EBP -> frame.
; The numbers are those of syscalls.inc.

syscall_dispatch:
        cmp     eax, SYSCALLS
        jae     .none
%ifdef CONTAINER
        call    seccomp_check
        jc      .none
%endif
        call    [syscall_table + eax * 4]
        mov     [ebp + FRAME_EAX], eax
        ret
.none:
        mov     dword [ebp + FRAME_EAX], -1
        ret

; on_fault(EBX = handler): see fault.asm.
sys_on_fault:
        current edx
        mov     [edx + PROCESS_HANDLER], ebx
        xor     eax, eax
        ret

; getpid(): the least that a system call can do.
sys_getpid:
        current edx
        mov     eax, [edx + PROCESS_PID]
        ret

; ticks(): timer interrupts since boot.
sys_ticks:
        mov     eax, [ticks]
        ret

; print(EBX = bytes, ESI = how many).
sys_print:
        mov     eax, ebx
        add     eax, esi
        jc      .no
        cmp     eax, USER_END
        ja      .no
        mov     eax, ebx
        mov     ecx, esi
        call    print_bytes
        xor     eax, eax
        ret
.no:
        mov     eax, -1
        ret

; mark(EBX): 1 where the timed region begins, 2 where it ends. The machine may note its counters.
sys_mark:
        mov     edx, MARKER_PORT
        mov     eax, ebx
        pvjump  out8

        align   4
syscall_table:
        dd      sys_getpid, sys_exit, sys_fork, sys_wait
        dd      sys_exec, sys_yield, sys_sleep, sys_ticks
        dd      sys_print, sys_pipe, sys_read, sys_write
        dd      sys_close, sys_mmap, sys_munmap, sys_mprotect
        dd      sys_on_fault, sys_disk_read, sys_mark
%ifdef DEVICES
        dd      sys_disk_write, sys_net_send, sys_net_receive
%endif
SYSCALLS       equ ($ - syscall_table) / 4
