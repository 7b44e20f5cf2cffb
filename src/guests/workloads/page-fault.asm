; The first touch of fresh pages: each is a fault that the kernel answers with a page of zeros (lmbench: lat_pagefault, which
; touches a file's pages). Mapping and unmapping are not measured.

%include "program.asm"

name:
        db      "page-fault", 0

        align   4
param_pages:
        dd      0

main:
        mov     ebx, [param_pages]
        shl     ebx, 12
        mov     esi, 1
        sys     mmap
        check   "no memory"
        mov     ebx, eax
        mov     esi, [param_pages]
        call    begin
.touch:
        add     [eax], esi              ; a page of zeros becomes the number of pages left
        add     eax, 4096
        dec     esi
        jnz     .touch
        call    finish
        mov     esi, [param_pages]      ; the sum of what the pages say
        xor     edi, edi
        mov     eax, ebx
.sum:
        add     edi, [eax]
        add     eax, 4096
        dec     esi
        jnz     .sum
        sys     munmap
        check   "not unmapped"
        mov     eax, [param_pages]
        mov     ebx, edi
        jmp     report
