; A word goes to another process and comes back, through two pipes (lmbench: lat_pipe). Each side adds one.

%include "program.asm"

name:
        db      "pipe-latency", 0

        align   4
param_iterations:
        dd      0
there:                                  ; descriptors: read, write
        dd      0, 0
back:
        dd      0, 0
word_:
        dd      0

main:
        mov     ebx, there
        sys     pipe
        check   "no pipe"
        mov     ebx, back
        sys     pipe
        check   "no pipe"
        sys     fork
        check   "no process"
        test    eax, eax
        jz      child
        mov     ebp, [param_iterations]
        mov     esi, word_
        mov     edi, 4
        call    begin
.next:
        inc     dword [word_]
        mov     ebx, [there + 4]
        sys     write
        check   "not written"
        mov     ebx, [back]
        sys     read
        check   "not read"
        dec     ebp
        jnz     .next
        call    finish
        mov     ebx, [there + 4]        ; ends the child
        sys     close
        xor     ebx, ebx
        sys     wait
        mov     eax, [param_iterations]
        mov     ebx, [word_]
        jmp     report

child:
        mov     ebx, [there + 4]
        sys     close
        mov     esi, word_
        mov     edi, 4
.next:
        mov     ebx, [there]
        sys     read
        cmp     eax, 4
        jne     .end
        inc     dword [word_]
        mov     ebx, [back + 4]
        sys     write
        jmp     .next
.end:
        xor     ebx, ebx
        sys     exit
