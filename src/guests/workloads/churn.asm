; Shadow paging's worst enemy: page tables that change all the time. A round takes the right to write away from a mapping of
; many pages, reads every page, gives it back, writes every page: two set_pte, two INVLPG and two touches a page.
; Every `remap` rounds the mapping goes and comes again, so that entries become empty and pages are faulted in.

%include "program.asm"

name:
        db      "churn", 0

        align   4
param_rounds:
        dd      0
param_pages:
        dd      0
param_remap:                            ; 0: never
        dd      0
size:
        dd      0
until_remap:
        dd      0

main:
        mov     eax, [param_pages]
        shl     eax, 12
        mov     [size], eax
        call    map
        xor     edi, edi                ; sum of what is read
        mov     ebp, [param_rounds]
        call    begin
.round:
        xor     esi, esi
        sys     mprotect
        check   "not protected"
        mov     eax, ebx
        mov     ecx, [param_pages]
.read:
        add     edi, [eax]
        add     eax, 4096
        dec     ecx
        jnz     .read
        mov     esi, 1
        sys     mprotect
        check   "not given back"
        mov     eax, ebx
        mov     ecx, [param_pages]
.write:
        add     [eax], ecx
        add     eax, 4096
        dec     ecx
        jnz     .write
        dec     dword [until_remap]
        jnz     .kept
        sys     munmap
        check   "not unmapped"
        call    map
.kept:
        dec     ebp
        jnz     .round
        call    finish
        mov     eax, [param_rounds]
        mov     ebx, edi
        jmp     report

; EBX = a fresh mapping.
map:
        mov     eax, [param_remap]
        mov     [until_remap], eax
        mov     ebx, [size]
        mov     esi, 1
        sys     mmap
        check   "no memory"
        mov     ebx, eax
        ret
