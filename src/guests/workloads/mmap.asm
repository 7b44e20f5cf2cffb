; A mapping comes, some of its pages are touched, it goes (lmbench: lat_mmap, which maps and unmaps a file).

%include "program.asm"

name:
        db      "mmap", 0

        align   4
param_iterations:
        dd      0
param_kilobytes:
        dd      0
param_touch:                            ; every which page is touched; 0: none
        dd      0

main:
        mov     ebp, [param_iterations]
        xor     edi, edi                ; checksum: addresses of the mappings, contents of the pages
        call    begin
.next:
        mov     ebx, [param_kilobytes]
        shl     ebx, 10
        mov     esi, 1
        sys     mmap
        check   "no memory"
        add     edi, eax
        mov     ecx, [param_touch]
        shl     ecx, 12
        jz      .touched
        add     ebx, eax                ; the end
        mov     edx, eax
.touch:
        inc     dword [edx]
        add     edi, [edx]
        add     edx, ecx
        cmp     edx, ebx
        jb      .touch
.touched:
        mov     ebx, eax
        sys     munmap
        check   "not unmapped"
        dec     ebp
        jnz     .next
        call    finish
        mov     eax, [param_iterations]
        mov     ebx, edi
        jmp     report
