; Processes that are there together: each fills fresh pages that nobody else has, says that it is ready, and stays until all are.
; What is measured ends while they are all there. A pipe tells the parent, another one lets the children go.

%include "program.asm"

name:
        db      "resident", 0

        align   4
param_processes:
        dd      0
param_pages:
        dd      0
param_seed:
        dd      0
ready:                                  ; descriptors: read, write
        dd      0, 0
go:
        dd      0, 0
word_:
        dd      0

main:
        mov     ebx, ready
        sys     pipe
        check   "no pipe"
        mov     ebx, go
        sys     pipe
        check   "no pipe"
        call    begin
        xor     ebp, ebp                ; the child's number
.fork:
        sys     fork
        check   "no process"
        test    eax, eax
        jz      child
        mov     ebx, [ready]            ; one after another, so that none is there half
        mov     esi, word_
        mov     edi, 4
        sys     read
        check   "not read"
        inc     ebp
        cmp     ebp, [param_processes]
        jb      .fork
        call    finish
        mov     ebp, [param_processes]
.go:
        mov     ebx, [go + 4]
        mov     esi, word_
        mov     edi, 4
        sys     write
        check   "not written"
        dec     ebp
        jnz     .go
        xor     edi, edi                ; sum of the exit codes
        mov     ebp, [param_processes]
        mov     ebx, word_
.wait:
        sys     wait
        check   "no child"
        add     edi, [word_]
        dec     ebp
        jnz     .wait
        mov     eax, [param_processes]
        mov     ebx, edi
        jmp     report

; EBP = its number. Page j begins with seed + number · 2^16 + j; the sum of these is its exit code.
child:
        mov     ebx, [param_pages]
        shl     ebx, 12
        mov     esi, 1
        sys     mmap
        check   "no memory"
        shl     ebp, 16
        add     ebp, [param_seed]
        xor     edi, edi
        mov     esi, [param_pages]
.fill:
        mov     [eax], ebp
        add     edi, ebp
        inc     ebp
        add     eax, 4096
        dec     esi
        jnz     .fill
        mov     ebp, edi
        mov     ebx, [ready + 4]
        mov     esi, word_
        mov     edi, 4
        sys     write
        check   "not written"
        mov     ebx, [go]
        sys     read
        check   "not read"
        mov     ebx, ebp
        sys     exit
