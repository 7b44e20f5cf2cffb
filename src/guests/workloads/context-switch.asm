; A token goes round a ring of processes through pipes; whoever has it sums its working set first (lmbench: lat_ctx).
;
;     parent --pipe 0--> child 1 --pipe 1--> child 2 … --pipe n−1--> parent        one round: n switches
;
; The token grows by one and by the sum at each process. With one process it goes out and comes back without a switch:
; the cost of the pipe and of the sum alone, which lmbench subtracts.

%include "program.asm"

name:
        db      "context-switch", 0

        align   4
param_processes:
        dd      0
param_kilobytes:                        ; working set of each process
        dd      0
param_rounds:
        dd      0
set:                                    ; address of the working set
        dd      0
input:                                  ; descriptors of this process
        dd      0
output:
        dd      0
token:
        dd      0
pipes:                                  ; pairs of descriptors: read, write
        times   2 * 16 dd 0

main:
        mov     ebx, [param_kilobytes]
        test    ebx, ebx
        jz      .pipes
        shl     ebx, 10
        mov     esi, 1
        sys     mmap
        check   "no memory"
        mov     [set], eax
.pipes:
        mov     ebx, pipes
        mov     esi, [param_processes]
.pipe:
        sys     pipe
        check   "no pipe"
        add     ebx, 8
        dec     esi
        jnz     .pipe

        mov     esi, 1                  ; child 1 … n − 1
.child:
        cmp     esi, [param_processes]
        jae     .parent
        sys     fork
        check   "no process"
        test    eax, eax
        jz      child
        inc     esi
        jmp     .child

.parent:
        call    fill
        mov     eax, [pipes + 4]        ; out by pipe 0, in by pipe n − 1
        mov     [output], eax
        mov     eax, [param_processes]
        mov     eax, [pipes + eax * 8 - 8]
        mov     [input], eax
        call    round                   ; once round unmeasured: every page is there
        call    begin
        mov     ebp, [param_rounds]
.round:
        call    round
        dec     ebp
        jnz     .round
        call    finish

        mov     esi, [param_processes]  ; closed pipes end the children
        mov     edi, pipes
.close:
        mov     ebx, [edi]
        sys     close
        mov     ebx, [edi + 4]
        sys     close
        add     edi, 8
        dec     esi
        jnz     .close
.wait:
        xor     ebx, ebx
        sys     wait
        cmp     eax, -1
        jne     .wait
        mov     eax, [param_rounds]
        mov     ebx, [token]
        jmp     report

; Child ESI: in by pipe ESI − 1, out by pipe ESI. The others' descriptors are closed, so that a closed pipe is seen.
child:
        mov     eax, [pipes + esi * 8 - 8]
        mov     [input], eax
        mov     eax, [pipes + esi * 8 + 4]
        mov     [output], eax
        xor     edi, edi
.close:
        mov     ebx, [pipes + edi * 4]
        inc     edi
        cmp     ebx, [input]
        je      .kept
        cmp     ebx, [output]
        je      .kept
        sys     close
.kept:
        mov     eax, [param_processes]
        add     eax, eax
        cmp     edi, eax
        jb      .close
        call    fill
.token:
        call    receive
        cmp     eax, 4
        jne     .end
        call    work
        call    send
        jmp     .token
.end:
        xor     ebx, ebx
        sys     exit

; The parent's part of a round.
round:
        call    work
        call    send
        call    receive
        cmp     eax, 4
        jne     .broken
        ret
.broken:
        mov     eax, .message
        jmp     fail
.message:
        db      "the token is lost", 0

send:
        mov     ebx, [output]
        mov     esi, token
        mov     edi, 4
        sys     write
        ret

receive:
        mov     ebx, [input]
        mov     esi, token
        mov     edi, 4
        sys     read
        ret

; Dword i of the working set is i.
fill:
        mov     edi, [set]
        mov     ecx, [param_kilobytes]
        shl     ecx, 8
        xor     eax, eax
        jmp     .test
.next:
        stosd
        inc     eax
.test:
        cmp     eax, ecx
        jb      .next
        ret

; Sum it into the token, and one.
work:
        mov     esi, [set]
        mov     ecx, [param_kilobytes]
        shl     ecx, 8
        mov     eax, [token]
        inc     eax
        jmp     .test
.next:
        add     eax, [esi]
        add     esi, 4
        dec     ecx
.test:
        test    ecx, ecx
        jnz     .next
        mov     [token], eax
        ret
