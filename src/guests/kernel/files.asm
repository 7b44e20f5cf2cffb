; File descriptors: small numbers for the ends of pipes. A process's entry is the pipe's address, plus 1 for the writing end,
; or 0. After a fork both processes have the end; the pipe counts them.

; EAX = a free descriptor in the table EDI; carry: none. Changes ECX.
file_slot:
        xor     eax, eax
.slot:
        cmp     dword [edi + eax * 4], 0
        je      .free
        inc     eax
        cmp     eax, FILES
        jb      .slot
        stc
        ret
.free:
        clc
        ret

; The pipe behind descriptor EBX and the memory [ESI, ESI + EDI): EBX = pipe plus end; carry: something is wrong.
file_check:
        cmp     ebx, FILES
        jae     .no
        current eax
        mov     ebx, [eax + PROCESS_FILES + ebx * 4]
        test    ebx, ebx
        jz      .no
        mov     eax, esi
        add     eax, edi
        jc      .no
        cmp     eax, USER_END
        ja      .no
        clc
        ret
.no:
        stc
        ret

; close(EBX = descriptor): EAX = 0, −1 when it is none.
sys_close:
        cmp     ebx, FILES
        jae     .no
        current edx
        lea     edx, [edx + PROCESS_FILES + ebx * 4]
        cmp     dword [edx], 0
        je      .no
        call    file_close
        xor     eax, eax
        ret
.no:
        mov     eax, -1
        ret

; Close the descriptor whose entry is at EDX. The pipe goes with its last one.
file_close:
        push    ebx
        mov     ebx, [edx]
        mov     dword [edx], 0
        btr     ebx, 0
        jc      .writer
        dec     dword [ebx + PIPE_READERS]
        jmp     .closed
.writer:
        dec     dword [ebx + PIPE_WRITERS]
.closed:
        lea     eax, [ebx + PIPE_QUEUE] ; who waits for the other end waits in vain now
        call    wake_up
        mov     eax, [ebx + PIPE_READERS]
        or      eax, [ebx + PIPE_WRITERS]
        jnz     .open
        mov     eax, [ebx + PIPE_PAGE]
        sub     eax, KERNEL_BASE
        call    page_free
        mov     dword [ebx + PIPE_PAGE], 0
.open:
        pop     ebx
        ret

; Close all descriptors of process EBX.
files_close:
        push    esi
        push    edi
        lea     esi, [ebx + PROCESS_FILES]
        mov     edi, FILES
.file:
        cmp     dword [esi], 0
        je      .next
        mov     edx, esi
        call    file_close
.next:
        add     esi, 4
        dec     edi
        jnz     .file
        pop     edi
        pop     esi
        ret

; Process EAX has got the descriptors of another: count them.
files_share:
        lea     eax, [eax + PROCESS_FILES]
        mov     ecx, FILES
.file:
        mov     edx, [eax]
        test    edx, edx
        jz      .next
        btr     edx, 0
        jc      .writer
        inc     dword [edx + PIPE_READERS]
        jmp     .next
.writer:
        inc     dword [edx + PIPE_WRITERS]
.next:
        add     eax, 4
        loop    .file
        ret
