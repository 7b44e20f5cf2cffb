; The cheapest system call there and back, many times (lmbench: lat_syscall null).

%include "program.asm"

name:
        db      "null-call", 0

        align   4
param_iterations:
        dd      0

main:
        mov     esi, [param_iterations]
        xor     ebx, ebx                ; sum of the results: the PID is 1
        call    begin
.call:
        sys     getpid
        add     ebx, eax
        dec     esi
        jnz     .call
        call    finish
        mov     eax, [param_iterations]
        jmp     report
