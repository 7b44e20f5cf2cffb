; A write to a read-only page, caught by a handler of the process's own (lmbench: lat_sig prot). The handler goes back to the
; write, which faults again, until the count is reached; then it makes the page writable.

%include "program.asm"

name:
        db      "protection-fault", 0

        align   4
param_iterations:
        dd      0
left:
        dd      0
sum:                                    ; of the faults' addresses relative to the page
        dd      0
page:
        dd      0

main:
        mov     ebx, 4096
        xor     esi, esi                ; read-only
        sys     mmap
        check   "no memory"
        mov     [page], eax
        mov     ebx, handler
        sys     on_fault
        mov     eax, [param_iterations]
        mov     [left], eax
        mov     eax, [page]
        mov     ecx, [eax + 20]         ; the page is there
        mov     edi, eax
        call    begin
        mov     dword [edi + 20], 7     ; faults
        call    finish
        mov     eax, [page]
        cmp     dword [eax + 20], 7
        mov     eax, wrong
        jne     fail
        mov     eax, [param_iterations]
        mov     ebx, [sum]
        jmp     report
wrong:
        db      "the write did not happen", 0

; On the stack: the address, then where to return to. Every register but ESP is the faulting code's.
handler:
        push    eax
        mov     eax, [esp + 4]
        sub     eax, [page]
        add     [sum], eax
        dec     dword [left]
        jnz     .again
        push    ebx
        push    ecx
        push    edx
        push    esi
        mov     ebx, [page]
        mov     esi, 1
        sys     mprotect
        pop     esi
        pop     edx
        pop     ecx
        pop     ebx
.again:
        pop     eax
        add     esp, 4
        ret
