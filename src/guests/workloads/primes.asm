; Counts primes by trial division exactly as an event of "sysbench cpu" does (sb_cpu.c):
;
;     for (c = 3; c < max_prime; c++) {
;       t = sqrt(c);
;       for (l = 2; l <= t; l++) if (c % l == 0) break;
;       if (l > t) n++;
;     }
;
; The same divisions in the same order; only the root is kept up to date by whole numbers, since c grows by one.

%include "program.asm"

name:
        db      "primes", 0

        align   4
param_events:
        dd      0
param_limit:
        dd      0
events_left:
        dd      0
divisions:                              ; of all events
        dd      0

main:
        mov     eax, [param_events]
        mov     [events_left], eax
        call    begin
.event:
        xor     ebp, ebp                ; n
        mov     ebx, 3                  ; c
        mov     esi, 1                  ; t: the root of c, rounded down
        jmp     .test
.number:
        lea     eax, [esi + 1]          ; is (t + 1)² = c?
        imul    eax, eax
        cmp     eax, ebx
        ja      .root
        inc     esi
.root:
        mov     ecx, 2                  ; l
.divide:
        cmp     ecx, esi
        ja      .prime
        mov     eax, ebx
        xor     edx, edx
        inc     dword [divisions]
        div     ecx
        test    edx, edx
        jz      .next
        inc     ecx
        jmp     .divide
.prime:
        inc     ebp
.next:
        inc     ebx
.test:
        cmp     ebx, [param_limit]
        jb      .number
        dec     dword [events_left]
        jnz     .event
        call    finish
        mov     eax, ebp
        mov     ebx, [divisions]
        jmp     report
