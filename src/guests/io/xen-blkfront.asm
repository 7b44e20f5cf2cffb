; The front end of a block device (io/blkif.h, io/ring.h): one ring of 32 slots, pages granted for as long as a request takes. A request of
; more than 11 pages is two on the ring. What a back end has not answered is sent again to the next one.
;
;     request    0 operation, segments │ 2 handle │ 4 id (8) │ 12 sector (8) │ 20: reference, first and last sector of a page, 8 bytes each
;     response   0 id (8) │ 8 operation │ 10 status (2)

BLKIF_RING     equ SHARED
BLKIF_SLOTS    equ 32
BLKIF_SLOT     equ 108
BLKIF_SEGMENTS equ 11
PAGE_SECTORS   equ 8
RING_REFERENCE equ 8
PAGE_REFERENCE equ 16                  ; of the first page of the buffers
SLOT_PAGES     equ 16

blk_init:
        mov     eax, [param_size]       ; requests on the ring for one of ours
        add     eax, PAGE_SECTORS * BLKIF_SEGMENTS - 1
        xor     edx, edx
        mov     ecx, PAGE_SECTORS * BLKIF_SEGMENTS
        div     ecx
        mul     dword [param_depth]
        cmp     eax, BLKIF_SLOTS
        mov     eax, .short
        ja      .out
        call    blkif_connect
        test    eax, eax
        jnz     .out
        call    xenbus_changed          ; what came on the way is heard before anybody counts
        jnc     .connected
        call    blkif_again
.connected:
        xor     eax, eax
.out:
        ret
.short:
        db      "the ring is too short for this depth", 0

; The handshake: EAX = 0, or what is wrong.
blkif_connect:
        mov     esi, .devices
        call    xenbus_find
        mov     eax, .absent
        jc      .out
        mov     eax, XENBUS_INIT_WAIT
        call    xenbus_wait
        jc      .refused
        xor     eax, eax
        mov     [blkif_produced], eax
        mov     [blkif_consumed], eax
        mov     eax, RING_REFERENCE
        mov     edx, BLKIF_RING
        call    ring_init
        call    event_unbound
        test    eax, eax
        js      .refused
        mov     [blkif_port], eax
        call    event_unmask
.tell:
        call    xenbus_begin
        mov     edx, front_path
        mov     esi, .ring
        mov     eax, RING_REFERENCE
        call    xs_write_number
        mov     edx, front_path
        mov     esi, .channel
        mov     eax, [blkif_port]
        call    xs_write_number
        mov     edx, front_path
        mov     esi, .protocol
        call    xs_path
        mov     esi, .abi
        call    xs_text
        mov     eax, XS_WRITE
        call    xs_ask
        mov     eax, XENBUS_INITIALISED
        call    xenbus_state
        call    xenbus_end
        jc      .tell
        mov     eax, XENBUS_CONNECTED
        call    xenbus_wait
        jc      .refused
        mov     eax, XENBUS_CONNECTED
        call    xenbus_state
        xor     eax, eax
.out:
        ret
.refused:
        mov     eax, .refused_message
        ret
.devices:
        db      "device/vbd", 0
.ring:
        db      "ring-ref", 0
.channel:
        db      "event-channel", 0
.protocol:
        db      "protocol", 0
.abi:
        db      "x86_32-abi", 0
.absent:
        db      "no disk from another domain", 0
.refused_message:
        db      "the other domain refuses the ring", 0

; Another back end is there: the old ring is taken back, and what waits for an answer is sent to the new one. Without it all is at an end.
blkif_again:
        push    ebx
        mov     eax, [blkif_port]
        mov     edx, EVENT_CLOSE
        call    event_call
        mov     eax, RING_REFERENCE
        call    grant_end
        xor     ebx, ebx
.slot:
        cmp     dword [blkif_parts + ebx * 4], 0
        je      .idle
        mov     eax, ebx
        call    blkif_end
.idle:
        inc     ebx
        cmp     ebx, [param_depth]
        jb      .slot
        call    blkif_connect
        test    eax, eax
        jnz     absent
        xor     ebx, ebx
.again:
        mov     eax, ebx
        cmp     dword [blkif_parts + eax * 4], 0
        je      .none
        mov     dword [blkif_parts + eax * 4], 0
        mov     ecx, eax
        shl     ecx, 4
        mov     edx, [blkif_asked + ecx]
        mov     edi, [blkif_asked + ecx + 8]
        mov     esi, [blkif_asked + ecx + 12]
        mov     ecx, [blkif_asked + ecx + 4]
        call    blk_submit
.none:
        inc     ebx
        cmp     ebx, [param_depth]
        jb      .again
        pop     ebx
        jmp     blk_kick

; The grants of slot EAX. CF: one of its pages is mapped still.
blkif_end:
        mov     ecx, [blkif_pages + eax * 4]
        shl     eax, 4                  ; SLOT_PAGES
        add     eax, PAGE_REFERENCE
.page:
        call    grant_end
        jc      .busy
        inc     eax
        loop    .page
        clc
.busy:
        ret

blk_submit:
        push    ebx
        push    ebp
        mov     ebx, eax
        shl     ebx, 4
        mov     [blkif_asked + ebx], edx
        mov     [blkif_asked + ebx + 4], ecx
        mov     [blkif_asked + ebx + 8], edi
        mov     [blkif_asked + ebx + 12], esi
        mov     dword [blkif_status + eax * 4], 0
        mov     dword [blkif_pages + eax * 4], 0
.request:
        mov     ebx, [blkif_produced]
        inc     dword [blkif_produced]
        inc     dword [blkif_parts + eax * 4]
        and     ebx, BLKIF_SLOTS - 1
        imul    ebx, ebx, BLKIF_SLOT
        add     ebx, BLKIF_RING + RING_SLOTS
        mov     ebp, [device_handle]
        shl     ebp, 16
        or      ebp, esi                ; 0 READ, 1 WRITE; no segment yet
        mov     [ebx], ebp
        mov     [ebx + 4], eax
        mov     dword [ebx + 8], 0
        mov     [ebx + 12], edx
        mov     dword [ebx + 16], 0
        lea     ebp, [ebx + 20]
.page:
        inc     dword [blkif_pages + eax * 4]
        inc     byte [ebx + 1]
        push    eax
        push    edx
        mov     eax, edi
        sub     eax, BUFFERS
        shr     eax, 12
        add     eax, PAGE_REFERENCE
        mov     [ebp], eax
        mov     edx, [back_domain]
        call    grant                   ; what the disk gets is only read
        pop     edx
        mov     eax, PAGE_SECTORS
        cmp     ecx, eax
        jae     .whole
        mov     eax, ecx
.whole:
        sub     ecx, eax
        add     edx, eax
        dec     eax
        shl     eax, 8                  ; sectors 0 … EAX
        mov     [ebp + 4], eax
        pop     eax
        add     edi, 4096
        add     ebp, 8
        jecxz   .done
        cmp     byte [ebx + 1], BLKIF_SEGMENTS
        jb      .page
        jmp     .request
.done:
        pop     ebp
        pop     ebx
        ret

blk_kick:
        mov     edx, BLKIF_RING
        mov     ecx, [blkif_produced]
        call    ring_push
        jnc     .quiet
        mov     eax, [blkif_port]
        jmp     event_send
.quiet:
        ret

blk_complete:
        mov     ecx, [blkif_consumed]
        mov     eax, -1
        cmp     ecx, [BLKIF_RING + RSP_PROD]
        je      .none
        inc     dword [blkif_consumed]
        and     ecx, BLKIF_SLOTS - 1
        imul    ecx, ecx, BLKIF_SLOT
        mov     eax, [BLKIF_RING + RING_SLOTS + ecx]
        movsx   edx, word [BLKIF_RING + RING_SLOTS + ecx + 10]
        cmp     eax, [param_depth]
        jae     .stranger
        or      [blkif_status + eax * 4], edx
        dec     dword [blkif_parts + eax * 4]
        jnz     blk_complete
        mov     edx, [blkif_status + eax * 4]
        push    eax
        call    blkif_end
        pop     eax
        jnc     .none
        mov     edx, -1
.none:
        ret
.stranger:                              ; nobody asked for this
        xor     eax, eax
        mov     edx, -1
        ret

blk_arm:
        call    xenbus_changed
        jnc     .armed
        call    blkif_again
.armed:
        mov     edx, BLKIF_RING
        mov     ecx, [blkif_consumed]
        jmp     ring_final

        align   4
blkif_port:
        dd      0
blkif_produced:                         ; requests that are on the ring, told or not
        dd      0
blkif_consumed:                         ; responses that have been taken off it
        dd      0
blkif_parts:                            ; of a slot: requests on the ring, pages, and what the other side said
        times   SLOTS dd 0
blkif_pages:
        times   SLOTS dd 0
blkif_status:
        times   SLOTS dd 0
blkif_asked:                            ; sector, sectors, buffer, direction
        times   SLOTS * 4 dd 0
