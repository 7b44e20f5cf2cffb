; What fork.asm and exec.asm share: processes come one after another, each is waited for before the next.
; A workload includes this file and has the label `child`, where a child begins: ESI = its number.

        align   4
param_iterations:
        dd      0
code:
        dd      0

main:
        xor     esi, esi
        xor     edi, edi                ; sum of the exit codes
        call    begin
.next:
        sys     fork
        check   "no process"
        test    eax, eax
        jz      child
        mov     ebx, code
        sys     wait
        check   "no child"
        add     edi, [code]
        inc     esi
        cmp     esi, [param_iterations]
        jb      .next
        call    finish
        mov     eax, esi
        mov     ebx, edi
        jmp     report
