; Much data from one process to another through a pipe (lmbench: bw_pipe). The writer sends the same buffer again and again;
; the reader sums every dword.

%include "program.asm"

name:
        db      "pipe-bandwidth", 0

        align   4
param_kilobytes:                        ; in all
        dd      0
param_chunk:                            ; bytes of one write and at most of one read, a multiple of 4
        dd      0
ends:                                   ; descriptors: read, write
        dd      0, 0
buffer:
        dd      0
left:
        dd      0

main:
        mov     ebx, [param_chunk]
        mov     esi, 1
        sys     mmap
        check   "no memory"
        mov     [buffer], eax
        mov     ecx, [param_kilobytes]
        shl     ecx, 10
        mov     [left], ecx
        mov     ebx, ends
        sys     pipe
        check   "no pipe"
        sys     fork
        check   "no process"
        test    eax, eax
        jz      child

        mov     ebx, [ends + 4]
        sys     close
        xor     ebp, ebp                ; sum
        call    begin
.read:
        mov     ebx, [ends]
        mov     esi, [buffer]
        mov     edi, [param_chunk]
        sys     read
        check   "not read"
        sub     [left], eax
        shr     eax, 2
        jz      .end
.sum:
        add     ebp, [esi]
        add     esi, 4
        dec     eax
        jnz     .sum
        jmp     .read
.end:
        call    finish
        xor     ebx, ebx
        sys     wait
        cmp     dword [left], 0
        mov     eax, short_
        jne     fail
        mov     eax, [param_kilobytes]
        mov     ebx, ebp
        jmp     report
short_:
        db      "data is missing", 0

; Dword i of the buffer is i; the last write may be shorter.
child:
        mov     edi, [buffer]
        mov     ecx, [param_chunk]
        shr     ecx, 2
        xor     eax, eax
.fill:
        stosd
        inc     eax
        loop    .fill
        mov     ebx, [ends + 4]
        mov     esi, [buffer]
.write:
        mov     edi, [param_chunk]
        cmp     edi, [left]
        jbe     .whole
        mov     edi, [left]
.whole:
        sys     write
        check   "not written"
        sub     [left], edi
        jnz     .write
        xor     ebx, ebx
        sys     exit
