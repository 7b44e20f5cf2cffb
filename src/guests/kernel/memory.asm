; Page frames and who uses them.
;
; The frame table lies behind the image and has one dword a frame:
;
;     in use    how many page tables (or kernel structures) refer to it; more than one after a fork
;     free      the number of the next free frame; 0 ends the list
;
; Freed frames are given out again last in, first out; frames above `fresh_frame` were never used and are in no list.

memory_init:
        mov     eax, [image_end]
        mov     edx, [param_memory_pages]
        lea     ecx, [eax + edx * 4 + PAGE_SIZE - 1]
        add     eax, KERNEL_BASE
        mov     [frames], eax
        shr     ecx, 12
        mov     [fresh_frame], ecx
        ret

; EAX = physical address of a page with one user.
page_alloc:
        mov     eax, [free_frame]
        test    eax, eax
        jz      .fresh
        mov     edx, [frames]
        lea     edx, [edx + eax * 4]
        mov     ecx, [edx]
        mov     [free_frame], ecx
        jmp     .mine
.fresh:
        mov     eax, [fresh_frame]
        cmp     eax, [param_memory_pages]
        jae     .none
        inc     dword [fresh_frame]
        mov     edx, [frames]
        lea     edx, [edx + eax * 4]
.mine:
        mov     dword [edx], 1
        shl     eax, 12
        ret
.none:
        mov     edx, eax
        mov     eax, .message
        jmp     panic
.message:
        db      "out of memory, pages:", 0

; EAX = physical address of a page of zeros.
page_alloc_zero:
        call    page_alloc
        push    eax
        push    edi
        lea     edi, [eax + KERNEL_BASE]
        mov     ecx, PAGE_SIZE / 4
        xor     eax, eax
        rep     stosd
        pop     edi
        pop     eax
        ret

; EAX = address of the count of the page at EAX (flags of a page-table entry may be in its low bits).
page_users:
        shr     eax, 12
        shl     eax, 2
        add     eax, [frames]
        ret

; One user less of the page at EAX (flags may be in its low bits).
page_free:
        mov     edx, eax
        call    page_users
        dec     dword [eax]
        jnz     .shared
        mov     ecx, [free_frame]
        mov     [eax], ecx
        shr     edx, 12
        mov     [free_frame], edx
.shared:
        ret

        align   4
frames:
        dd      0
free_frame:
        dd      0
fresh_frame:
        dd      0
