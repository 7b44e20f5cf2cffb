; Pipes: a page as a ring of bytes between processes. A reader waits for data, a writer for room.
;
;     page   |......dddddddd........|      bytes at PIPE_AT, PIPE_COUNT of them, wrapping at the end
;                   ^AT

PIPE_PAGE      equ 0                    ; linear; 0: the pipe is free
PIPE_AT        equ 4
PIPE_COUNT     equ 8
PIPE_READERS   equ 12                   ; descriptors of either end
PIPE_WRITERS   equ 16
PIPE_QUEUE     equ 20                   ; both ends wait here
PIPE_SIZE      equ 28
PIPES          equ 32

; pipe(EBX -> two dwords: descriptor to read, descriptor to write): EAX = 0, −1 when there is no pipe or descriptor left.
sys_pipe:
        cmp     ebx, USER_END - 8
        ja      .no
        mov     dword [ebx], 0          ; what may fault comes before anything is taken
        mov     dword [ebx + 4], 0
        mov     esi, pipes
        mov     ecx, PIPES
.pipe:
        cmp     dword [esi + PIPE_PAGE], 0
        je      .found
        add     esi, PIPE_SIZE
        loop    .pipe
.no:
        mov     eax, -1
        ret
.found:
        current edi
        add     edi, PROCESS_FILES
        call    file_slot
        jc      .no
        mov     [edi + eax * 4], esi
        mov     edx, eax
        call    file_slot
        jc      .undo
        lea     ecx, [esi + 1]
        mov     [edi + eax * 4], ecx
        mov     [ebx], edx
        mov     [ebx + 4], eax
        call    page_alloc
        add     eax, KERNEL_BASE
        mov     [esi + PIPE_PAGE], eax
        xor     eax, eax
        mov     [esi + PIPE_AT], eax
        mov     [esi + PIPE_COUNT], eax
        mov     dword [esi + PIPE_READERS], 1
        mov     dword [esi + PIPE_WRITERS], 1
        ret
.undo:
        mov     dword [edi + edx * 4], 0
        jmp     .no

; read(EBX = descriptor, ESI = buffer, EDI = bytes): EAX = how many came, 0 when no writer is left, −1 for a wrong argument.
; Waits for at least one byte.
sys_read:
        call    file_check
        jc      .wrong
        test    bl, 1
        jnz     .wrong
        xchg    esi, edi                ; EDI = buffer, ESI = bytes
        test    esi, esi
        jz      .nothing
.wait:
        mov     eax, [ebx + PIPE_COUNT]
        test    eax, eax
        jnz     .data
        cmp     dword [ebx + PIPE_WRITERS], 0
        je      .nothing
        lea     eax, [ebx + PIPE_QUEUE]
        call    sleep_on
        jmp     .wait
.data:
        cmp     esi, eax
        jbe     .some
        mov     esi, eax
.some:
        push    esi
        mov     ecx, PAGE_SIZE          ; up to the page's end …
        sub     ecx, [ebx + PIPE_AT]
        cmp     ecx, esi
        jbe     .part
        mov     ecx, esi
.part:
        mov     edx, esi
        sub     edx, ecx
        mov     esi, [ebx + PIPE_PAGE]
        add     esi, [ebx + PIPE_AT]
        call    copy
        mov     esi, [ebx + PIPE_PAGE]
        mov     ecx, edx                ; … and what is at its beginning
        call    copy
        sub     esi, [ebx + PIPE_PAGE]
        pop     eax
        mov     ecx, [ebx + PIPE_AT]
        add     ecx, eax
        and     ecx, PAGE_SIZE - 1
        mov     [ebx + PIPE_AT], ecx
        sub     [ebx + PIPE_COUNT], eax
        push    eax
        lea     eax, [ebx + PIPE_QUEUE]
        call    wake_up
        pop     eax
        ret
.nothing:
        xor     eax, eax
        ret
.wrong:
        mov     eax, -1
        ret

; write(EBX = descriptor, ESI = buffer, EDI = bytes): EAX = EDI, −1 for a wrong argument or when no reader is left.
; Waits until all is in the pipe.
sys_write:
        call    file_check
        jc      .wrong
        btr     ebx, 0
        jnc     .wrong
        push    edi
        jmp     .test
.wait:
        cmp     dword [ebx + PIPE_READERS], 0
        je      .broken
        mov     ecx, PAGE_SIZE          ; room
        sub     ecx, [ebx + PIPE_COUNT]
        jnz     .room
        lea     eax, [ebx + PIPE_QUEUE]
        call    sleep_on
        jmp     .wait
.room:
        mov     edx, [ebx + PIPE_AT]
        add     edx, [ebx + PIPE_COUNT]
        and     edx, PAGE_SIZE - 1
        mov     eax, PAGE_SIZE
        sub     eax, edx                ; without wrapping
        cmp     ecx, eax
        jbe     .unwrapped
        mov     ecx, eax
.unwrapped:
        cmp     ecx, edi
        jbe     .part
        mov     ecx, edi
.part:
        push    ecx
        push    edi
        mov     edi, [ebx + PIPE_PAGE]
        add     edi, edx
        call    copy
        pop     edi
        pop     ecx
        sub     edi, ecx
        add     [ebx + PIPE_COUNT], ecx
        lea     eax, [ebx + PIPE_QUEUE]
        call    wake_up
.test:
        test    edi, edi
        jnz     .wait
        pop     eax
        ret
.broken:
        pop     eax
.wrong:
        mov     eax, -1
        ret

; ECX bytes from ESI to EDI, both advance. Changes EAX, ECX.
copy:
        mov     eax, ecx
        shr     ecx, 2
        rep     movsd
        mov     ecx, eax
        and     ecx, 3
        rep     movsb
        ret

        align   4
pipes:
        times   PIPES * PIPE_SIZE db 0
