; What exec starts: does what linking and starting a program with libraries does, then ends with 2n + 1, n being what exec was given.

%include "program.asm"

name:
        db      "answer", 0

; exec's parameters.
        align   4
param_pages:                            ; of fresh memory, touched once each: data, libraries
        dd      0
param_linking:                          ; steps in registers: symbols, relocations
        dd      0

main:
        mov     edi, ebx
        mov     ebx, [param_pages]
        shl     ebx, 12
        jz      .touched
        mov     esi, 1
        sys     mmap
        check   "no memory"
        mov     ecx, [param_pages]
.touch:
        mov     [eax], ecx
        add     eax, 4096
        loop    .touch
.touched:
        mov     ecx, [param_linking]
        jecxz   .linked
.link:
        imul    ebx, ebx, 1664525
        add     ebx, 1013904223
        dec     ecx
        jnz     .link
.linked:
        lea     ebx, [edi * 2 + 1]
        sys     exit
