; No system call and no memory: registers only. What a technique costs here is what it costs everywhere.
; A linear congruential generator (Numerical Recipes: x · 1664525 + 1013904223), one step an iteration.

%include "program.asm"

name:
        db      "baseline", 0

        align   4
param_iterations:
        dd      0

main:
        mov     ecx, [param_iterations]
        mov     esi, ecx
        xor     ebx, ebx
        call    begin
        mov     ecx, esi
.step:
        imul    ebx, ebx, 1664525
        add     ebx, 1013904223
        dec     ecx
        jnz     .step
        call    finish
        mov     eax, [param_iterations]
        jmp     report
