; An event of "sysbench cpu" as a compiler leaves it: sysbench 1.0.20 as Debian 12 builds it for x86-64, instruction for instruction in the
; inner loop, with operands of 32 bits. primes.asm has the same divisions without what the C program does besides:
;
;     for (c = 3; c < max_prime; c++) {
;       t = sqrt(c);                                              t is a double, so that each l becomes one to be compared
;       for (l = 2; l <= t; l++) if (c % l == 0) break;           and l = 2 is a look at c's lowest bit
;       if (l > t) n++;                                           n is never used: there is no n
;     }
;
; What is counted here at the end of each c is for the checksum; the compiled program counts nothing.

%include "program.asm"

name:
        db      "sysbench-cpu", 0

        align   4
param_events:
        dd      0
param_limit:
        dd      0
events_left:
        dd      0
two:                                    ; 2.0
        dd      0, 0x40000000

main:
        mov     eax, [param_events]
        mov     [events_left], eax
        xor     edi, edi                ; divisions of all events, l = 2 among them
        call    begin
.event:
        xor     ebp, ebp                ; primes
        mov     ebx, 3                  ; c
        movsd   xmm2, [two]
        pxor    xmm3, xmm3
.number:
        pxor    xmm0, xmm0
        cvtsi2sd xmm0, ebx
        ucomisd xmm3, xmm0
        ja      .negative
        sqrtsd  xmm0, xmm0              ; t
        comisd  xmm0, xmm2
        jb      .three
        test    bl, 1
        je      .even
        mov     ecx, 2                  ; l
        jmp     .step
.try:
        pxor    xmm1, xmm1
        cvtsi2sd xmm1, ecx
        comisd  xmm0, xmm1
        jb      .prime
        mov     eax, ebx
        xor     edx, edx
        div     ecx
        test    edx, edx
        je      .composite
.step:
        add     ecx, 1
        jns     .try
.negative:                              ; no number below 2³¹ comes here
        mov     eax, unexpected
        jmp     fail
.prime:
        lea     edi, [edi + ecx - 2]
.three:
        inc     ebp
        jmp     .next
.composite:
        lea     edi, [edi + ecx - 1]
        jmp     .next
.even:
        inc     edi
.next:
        add     ebx, 1
        cmp     ebx, [param_limit]
        jne     .number
        dec     dword [events_left]
        jnz     .event
        call    finish
        mov     eax, ebp
        mov     ebx, edi
        jmp     report

unexpected:
        db      "negative", 0
