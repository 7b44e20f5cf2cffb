; Loads that wait for each other, in an order that no prefetcher guesses (lmbench: lat_mem_rd): nothing but TLB and memory.
;
; One node every `stride` bytes; each holds the address of the next. The order is one random cycle through all nodes
; (Sattolo 1986), by the generator x · 1664525 + 1013904223 from `seed`: node i takes the place of node (x >> 8) mod i.
; Every `change` loads a page is mapped, touched and unmapped: the page tables change as well.

%include "program.asm"

name:
        db      "pointer-chase", 0

        align   4
param_nodes:
        dd      0
param_stride:                           ; bytes, a multiple of 4
        dd      0
param_steps:
        dd      0
param_seed:
        dd      0
param_change:                           ; 0: never
        dd      0
until_change:
        dd      0
place:
        dd      0
memory:
        dd      0

main:
        mov     ebx, [param_nodes]
        imul    ebx, [param_stride]
        mov     eax, -1
        jo      .mapped                 ; more than 32 bits can say
        mov     esi, 1
        sys     mmap
.mapped:
        check   "no memory"
        mov     [memory], eax

        xor     ecx, ecx                ; every node points to itself
.self:
        mov     [eax], eax
        add     eax, [param_stride]
        inc     ecx
        cmp     ecx, [param_nodes]
        jb      .self

        mov     ebx, [param_seed]
        mov     ecx, [param_nodes]
.shuffle:
        dec     ecx
        jz      .shuffled
        imul    ebx, ebx, 1664525
        add     ebx, 1013904223
        mov     eax, ebx
        shr     eax, 8
        xor     edx, edx
        div     ecx                     ; EDX = the other node
        mov     eax, ecx
        imul    eax, [param_stride]
        imul    edx, [param_stride]
        add     eax, [memory]
        add     edx, [memory]
        mov     esi, [eax]
        mov     edi, [edx]
        mov     [eax], edi
        mov     [edx], esi
        jmp     .shuffle
.shuffled:
        mov     ebp, [param_steps]
        mov     esi, [memory]
        call    begin
        mov     eax, [param_change]
        mov     [until_change], eax
        test    eax, eax
        jnz     .changing
.step:
        mov     esi, [esi]
        dec     ebp
        jnz     .step
.end:
        call    finish
        mov     eax, esi                ; the number of the node where it ends
        sub     eax, [memory]
        xor     edx, edx
        div     dword [param_stride]
        mov     ebx, eax
        mov     eax, [param_steps]
        jmp     report

.changing:
        mov     esi, [esi]
        dec     dword [until_change]
        jz      .change
.changed:
        dec     ebp
        jnz     .changing
        jmp     .end
.change:
        mov     eax, [param_change]
        mov     [until_change], eax
        mov     [place], esi
        mov     ebx, 4096
        mov     esi, 1
        sys     mmap
        check   "no page"
        mov     [eax], eax
        mov     ebx, eax
        sys     munmap
        check   "not unmapped"
        mov     esi, [place]
        jmp     .changed
