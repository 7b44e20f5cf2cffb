; The benchmarks: each a loop of ECX times. EBP is what the checksum says; handlers go on at EBX.

        align   4
benchmarks:
        dd      name_empty, empty
        dd      name_empty_user, empty_user
        dd      name_syscall, syscalls
        dd      name_in, ins
%ifdef LONG
        dd      name_cr8wr, cr8wr
%endif
        dd      name_cpuid, cpuids
        dd      name_callret, callret
        dd      name_pgfault, pgfault
        dd      name_divzero, divzero
        dd      name_ptemod, ptemod
benchmarks_end:

name_empty:      db "empty", 0
name_empty_user: db "empty-user", 0
name_syscall:    db "syscall", 0
name_in:         db "in", 0
name_cr8wr:      db "cr8wr", 0
name_cpuid:      db "cpuid", 0
name_callret:    db "callret", 0
name_pgfault:    db "pgfault", 0
name_divzero:    db "divzero", 0
name_ptemod:     db "ptemod", 0

; The loop alone, which is subtracted from the others.
empty:
.next:
        dec     ecx
        jnz     .next
        ret

; The same on ring 3.
empty_user:
        mov     edx, USER_CODE + user_empty - user
        jmp     enter_user

; A system call that does nothing, from ring 3.
syscalls:
        mov     edx, USER_CODE + user_syscall - user

; Go on at EDX on ring 3, until it says that it is done.
enter_user:
        mov     [kernel_stack], nsp
        mov     eax, USER_DS
        push    nax
        mov     eax, USER_STACK + PAGE_SIZE
        push    nax
        push    EFLAGS_USER
        push    USER_CS
        push    ndx
        iretn
user_done:
        mov     nsp, [kernel_stack]
        ret

        align   8
kernel_stack:
        dd      0, 0

; Port 80h: on a PC the power-on self-test's codes, read from a slow bus.
ins:
.next:
        in      al, POST_PORT
        dec     ecx
        jnz     .next
        ret

; The task-priority register, which an operating system writes when it raises and lowers its interrupt level.
%ifdef LONG
cr8wr:
        mov     eax, 2
.next:
        mov     cr8, rax
        dec     ecx
        jnz     .next
        mov     rax, cr8
        mov     ebp, eax
        xor     eax, eax
        mov     cr8, rax
        ret
%endif

; The instruction that leaves the guest on every processor with VT-x, and asks the least of a monitor. It changes EAX, EBX, ECX, EDX.
cpuids:
        mov     esi, ecx
.next:
        xor     eax, eax
        cpuid
        dec     esi
        jnz     .next
        ret

callret:
.next:
        call    .function
        dec     ecx
        jnz     .next
        ret
.function:
        ret

; A page that is not there, and the handler's return behind the instruction.
pgfault:
        mov     ebx, .back
.next:
        mov     eax, [UNMAPPED]
.back:
        dec     ecx
        jnz     .next
        ret

page_fault:
        inc     ebp
        add     nsp, SLOT               ; the error code
        mov     [nsp], nbx
        iretn

divzero:
        mov     ebx, .back
        xor     edx, edx
.next:
        div     edx
.back:
        dec     ecx
        jnz     .next
        ret

divide_error:
        inc     ebp
        mov     [nsp], nbx
        iretn

; An entry of a page table, twice: from one frame to the other and back. Nothing touches the page meanwhile.
ptemod:
        mov     edi, HIGH_ENTRY(MOVING)
        mov     eax, FRAME_A | PRESENT | WRITABLE
        mov     edx, FRAME_B | PRESENT | WRITABLE
.next:
        mov     [ndi], nax
        mov     [ndi], ndx
        dec     ecx
        jnz     .next
        invlpg  [MOVING]
        mov     ebp, [MOVING]           ; what its last frame holds
        ret
