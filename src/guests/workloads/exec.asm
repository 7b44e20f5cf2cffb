; A process comes, becomes another program, exits and is waited for (lmbench: lat_proc exec).
; Program 1, answer, exits with 2n + 1, n being the child's number.

%include "program.asm"

name:
        db      "exec", 0

%include "spawn.asm"

ANSWER         equ 1

child:
        mov     ebx, ANSWER
        sys     exec
        mov     eax, .back
        jmp     fail
.back:
        db      "no program", 0
