; The disk at the second IDE channel by programmed I/O (ATA, READ SECTORS and WRITE SECTORS): an interrupt for each sector. It does one
; request at a time; the others wait here.

IDE            equ 0x170
IDE_CONTROL    equ 0x376
IDE_LINE       equ 15
IDE_STATUS     equ IDE + 7
IDE_FAILED     equ 0x21                ; ERR, DF
IDE_DRQ        equ 0x08

blk_init:
        mov     edx, IDE + 6
        mov     al, 0xE0                ; LBA, drive 0
        out     dx, al
        mov     edx, IDE_STATUS
        in      al, dx
        test    al, al
        jz      .none
        cmp     al, 0xFF
        je      .none
        mov     edx, IDE_CONTROL        ; interrupts on
        xor     eax, eax
        out     dx, al
        mov     eax, IDE_LINE
        xor     edx, edx
        call    line_open
        xor     eax, eax
        ret
.none:
        mov     eax, .message
        ret
.message:
        db      "no disk at the second IDE channel", 0

blk_submit:
        push    ebx
        mov     ebx, eax
        shl     ebx, 4
        add     ebx, ide_requests
        mov     [ebx], edx
        mov     [ebx + 4], ecx
        mov     [ebx + 8], edi
        mov     [ebx + 12], esi
        mov     ecx, [ide_tail]
        inc     dword [ide_tail]
        and     ecx, SLOTS - 1
        mov     [ide_queue + ecx * 4], eax
        pop     ebx
        ret

blk_kick:
        mov     eax, [ide_started]
        cmp     eax, [ide_finished]
        jne     .busy                   ; the interrupt starts the next one
        call    ide_start
.busy:
        ret

; Start the next request, if there is one.
ide_start:
        mov     ecx, [ide_started]
        cmp     ecx, [ide_tail]
        je      .none
        inc     dword [ide_started]
        and     ecx, SLOTS - 1
        mov     ecx, [ide_queue + ecx * 4]
        shl     ecx, 4
        add     ecx, ide_requests
        mov     [ide_current], ecx
        mov     edx, IDE + 2            ; how many
        mov     eax, [ecx + 4]
        out     dx, al
        inc     edx                     ; LBA 0 … 7, 8 … 15, 16 … 23
        mov     eax, [ecx]
        out     dx, al
        inc     edx
        shr     eax, 8
        out     dx, al
        inc     edx
        shr     eax, 8
        out     dx, al
        inc     edx                     ; LBA 24 … 27, drive 0
        mov     al, ah
        and     al, 0x0F
        or      al, 0xE0
        out     dx, al
        inc     edx
        mov     al, 0x20                ; READ SECTORS
        cmp     dword [ecx + 12], 0
        je      .command
        mov     al, 0x30                ; WRITE SECTORS
.command:
        out     dx, al
        cmp     dword [ecx + 12], 0
        je      .none
.data:                                  ; the first sector is asked for without an interrupt
        in      al, dx
        test    al, 0x80
        jnz     .data
        test    al, IDE_DRQ
        jz      .none                   ; refused: the interrupt says so
        call    ide_write
.none:
        ret

; A sector of the request ECX.
ide_write:
        push    esi
        mov     esi, [ecx + 8]
        add     dword [ecx + 8], SECTOR
        mov     ecx, SECTOR / 2
        mov     edx, IDE
        rep     outsw
        pop     esi
        ret

blk_interrupt:
        mov     edx, IDE_STATUS         ; reading it takes the request back
        in      al, dx
        mov     ecx, [ide_started]
        cmp     ecx, [ide_finished]
        je      .done                   ; nothing is on
        mov     ecx, [ide_current]
        test    al, IDE_FAILED
        jnz     .end
        cmp     dword [ecx + 12], 0
        jne     .write
        push    ecx
        mov     edi, [ecx + 8]
        add     dword [ecx + 8], SECTOR
        mov     ecx, SECTOR / 2
        mov     edx, IDE
        rep     insw
        pop     ecx
        dec     dword [ecx + 4]
        jnz     .done
        xor     eax, eax
        jmp     .end
.write:
        dec     dword [ecx + 4]
        jz      .written
        jmp     ide_write
.written:
        xor     eax, eax
.end:
        and     eax, IDE_FAILED
        mov     [ecx + 12], eax
        inc     dword [ide_finished]
        jmp     ide_start
.done:
        ret

blk_complete:
        mov     ecx, [ide_reaped]
        cmp     ecx, [ide_finished]
        je      .none
        inc     dword [ide_reaped]
        and     ecx, SLOTS - 1
        mov     eax, [ide_queue + ecx * 4]
        mov     ecx, eax
        shl     ecx, 4
        mov     edx, [ide_requests + ecx + 12]
        ret
.none:
        mov     eax, -1
        ret

blk_arm:                                ; it always interrupts
        clc
        ret

        align   4
ide_tail:                               ; submitted ≥ started ≥ finished ≥ reaped, so far
        dd      0
ide_started:
        dd      0
ide_finished:
        dd      0
ide_reaped:
        dd      0
ide_current:
        dd      0
ide_queue:                              ; slots
        times   SLOTS dd 0
ide_requests:                           ; sector, sectors left, buffer, direction and then status
        times   SLOTS * 4 dd 0
