; Heapsort of pseudo-random numbers, compared as unsigned: loads, stores, compares and branches that nobody foresees.
; The numbers come from a linear congruential generator (Numerical Recipes: x · 1664525 + 1013904223), each round from where the
; last one ended.

%include "program.asm"

name:
        db      "heap-sort", 0

        align   4
param_rounds:
        dd      0
param_elements:
        dd      0
x:
        dd      0
left:                                   ; rounds to go
        dd      0
sum:                                    ; of element i XOR i, over all rounds
        dd      0

main:
        mov     ebx, [param_elements]
        shl     ebx, 2
        mov     esi, 1
        sys     mmap
        check   "no memory"
        mov     edi, eax
        mov     eax, [param_rounds]
        mov     [left], eax
        call    fill                    ; unmeasured: every page is there
        mov     dword [x], 0
        call    begin
.round:
        call    fill
        call    sort
        call    add_up
        dec     dword [left]
        jnz     .round
        call    finish
        mov     eax, [param_rounds]
        mov     ebx, [sum]
        jmp     report

; EDI -> the elements, here and below; everything else may change.
fill:
        mov     eax, [x]
        xor     ecx, ecx
.next:
        imul    eax, eax, 1664525
        add     eax, 1013904223
        mov     [edi + ecx * 4], eax
        inc     ecx
        cmp     ecx, [param_elements]
        jb      .next
        mov     [x], eax
        ret

add_up:
        xor     ecx, ecx
        mov     eax, [sum]
.next:
        mov     edx, [edi + ecx * 4]
        xor     edx, ecx
        add     eax, edx
        inc     ecx
        cmp     ecx, [param_elements]
        jb      .next
        mov     [sum], eax
        ret

sort:
        mov     ecx, [param_elements]
        mov     ebp, ecx
        shr     ebp, 1
.heap:                                  ; sift from the last parent to the root
        dec     ebp
        js      .sorted
        mov     ebx, ebp
        call    sift
        jmp     .heap
.sorted:                                ; the greatest goes behind the heap, which becomes smaller
        dec     ecx
        jle     .done
        mov     eax, [edi]
        mov     edx, [edi + ecx * 4]
        mov     [edi + ecx * 4], eax
        mov     [edi], edx
        xor     ebx, ebx
        call    sift
        jmp     .sorted
.done:
        ret

; Let element EBX sink in the heap of ECX elements. Keeps ECX and EBP.
sift:
        mov     edx, [edi + ebx * 4]
.down:
        lea     esi, [ebx + ebx + 1]    ; the greater child
        cmp     esi, ecx
        jae     .place
        lea     eax, [esi + 1]
        cmp     eax, ecx
        jae     .child
        mov     eax, [edi + eax * 4]
        cmp     eax, [edi + esi * 4]
        jbe     .child
        inc     esi
.child:
        mov     eax, [edi + esi * 4]
        cmp     edx, eax
        jae     .place
        mov     [edi + ebx * 4], eax
        mov     ebx, esi
        jmp     .down
.place:
        mov     [edi + ebx * 4], edx
        ret
