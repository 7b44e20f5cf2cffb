; Requests to one block device, many times: flat 32-bit code on ring 0, interrupts, HLT while there is nothing to do (or not even that: param_spin).
;
; The boot sector of the kernel loads and enters this image, 32 bits, paging on. A driver (DRIVER_… is defined) has these labels:
;
;     blk_init       finds and starts the device. EAX = 0, or a string that says what is wrong
;     blk_submit     EAX = slot, EDX = first sector, ECX = sectors, EDI -> buffer, ESI = 0 read, 1 write: queued, the device is not told
;     blk_kick       the device is told
;     blk_complete   EAX = slot of a finished request, EDX = 0 or an error; EAX = −1: none
;     blk_arm        the next completion interrupts; CF: one is there already
;     device_interrupt  the line asks: take the request back (a message asks for nothing)
;
; All keep EBX; interrupts are off but around HLT, so a driver is never called from two sides at once.

%include "layout.asm"

        bits    32
        org     IMAGE

        mov     eax, start              ; from C0100000, where the boot sector jumps to
        jmp     eax
%ifdef PLATFORM_XEN
%include "xen-note.asm"
%endif

; The builder fills these in.
        align   4
param_operation:
        dd      0
param_size:                             ; sectors of a request
        dd      0
param_depth:                            ; requests outstanding, at most
        dd      0
param_batch:                            ; requests submitted before the device is told
        dd      0
param_count:
        dd      0
param_seed:                             ; of the order; 0: one behind the other
        dd      0
param_places:                           ; requests that fit on the disk
        dd      0
param_spin:                             ; 1: with nothing to do, look again at once
        dd      0
param_touch:                            ; 1: the processor makes and looks at all data
        dd      0

%ifdef PLATFORM_XEN
%include "xen-platform.asm"
%include "output.asm"
%include "xenstore.asm"
%include "xenbus.asm"
%include "xen-ring.asm"
%include "xen-blkfront.asm"
%else
%include "platform.asm"
%include "pci.asm"
%include "output.asm"
%ifdef DRIVER_VIRTIO_BLK
%ifdef INTERRUPTS_MSIX
%include "msix.asm"
%endif
%include "virtio-blk.asm"
%else
%include "ide.asm"
%ifdef IDE_DMA
%include "ide-dma.asm"
%endif
%endif
%endif

main:
        mov     esi, banner
        call    print
        call    blk_init
        test    eax, eax
        jnz     absent
        mov     eax, 1
        out     MARKER_PORT, al
        mov     eax, [param_operation]
        test    eax, eax
        jz      .read
        mov     dword [direction], 1
        call    pass
        cmp     dword [param_operation], VERIFY
        jne     .done
        mov     eax, [hash]
        mov     [written], eax
.read:
        mov     dword [direction], 0
        call    pass
.done:
        mov     eax, 2
        out     MARKER_PORT, al
        cmp     dword [param_operation], VERIFY
        jne     .good
        mov     eax, [written]
        cmp     eax, [hash]
        je      .good
        mov     esi, .differ
        call    print
        mov     al, DIFFERENT_CODE
        jmp     leave
.good:
        mov     esi, .hash
        call    print
        mov     edx, [hash]
        call    print_hex
        mov     al, 10
        call    put_char
        xor     eax, eax
        jmp     leave
.differ:
        db      "failed: what was read is not what was written", 10, 0
.hash:
        db      "ok hash=", 0

; EAX -> what is wrong with the device.
absent:
        push    eax
        mov     esi, .failed
        call    print
        pop     esi
        call    print
        mov     al, 10
        call    put_char
        mov     al, ABSENT_CODE
        jmp     leave
.failed:
        db      "failed: ", 0

; All requests once in [direction].
pass:
        xor     eax, eax
        mov     [submitted], eax
        mov     [completed], eax
        mov     [hash], eax
        mov     ecx, [param_depth]
        mov     [free_count], ecx
.slot:
        dec     ecx
        mov     [free_slots + ecx * 4], ecx
        jnz     .slot
.more:
        mov     eax, [submitted]
        cmp     eax, [param_count]
        je      .reap
        sub     eax, [completed]
        add     eax, [param_batch]
        cmp     eax, [param_depth]
        ja      .reap
        mov     ebx, [param_batch]
.submit:
        call    submit_one
        mov     eax, [submitted]
        cmp     eax, [param_count]
        je      .kick
        dec     ebx
        jnz     .submit
.kick:
        call    blk_kick
        jmp     .more
.reap:
        call    blk_complete
        cmp     eax, -1
        je      .none
        test    edx, edx
        jnz     .error
        call    complete_one
        mov     eax, [completed]
        cmp     eax, [param_count]
        jb      .more
        ret
.none:
        call    blk_arm
        jc      .reap
        cmp     dword [param_spin], 0
        jne     .spin
        platform_wait
        jmp     .reap
.spin:
        platform_look
        jmp     .reap
.error:
        push    edx
        mov     esi, .message
        call    print
        pop     edx
        call    print_hex
        mov     al, 10
        call    put_char
        mov     al, ERROR_CODE
        jmp     leave
.message:
        db      "failed: the device reports ", 0

; EAX = the place of request EAX, in sectors.
place:
        cmp     dword [param_seed], 0
        je      .straight
        add     eax, [param_seed]
        imul    eax, eax, GOLDEN
        shr     eax, 7
.straight:
        xor     edx, edx
        div     dword [param_places]
        mov     eax, edx
        imul    eax, [param_size]
        ret

submit_one:
        dec     dword [free_count]
        mov     ecx, [free_count]
        mov     ecx, [free_slots + ecx * 4]
        mov     eax, [submitted]
        mov     [requests + ecx * 4], eax
        inc     dword [submitted]
        push    ecx
        call    place
        mov     edx, eax
        pop     eax
        mov     edi, eax
        shl     edi, 16
        add     edi, BUFFERS
        mov     ecx, [param_size]
        mov     esi, [direction]
        test    esi, esi
        jz      .go
        cmp     dword [param_touch], 0
        je      .go
        push    edi
        push    eax
        push    ecx
        mov     eax, edx                ; dword n of what is written is the complement of n · GOLDEN
        shl     eax, 7
        imul    eax, eax, GOLDEN
        not     eax
        shl     ecx, 7
.fill:
        stosd
        sub     eax, GOLDEN
        loop    .fill
        pop     ecx
        pop     eax
        pop     edi
.go:
        jmp     blk_submit

; The request in slot EAX is done: its data enter the hash, FNV-1a by dwords from a start that says which request it was.
complete_one:
        mov     ecx, [free_count]
        mov     [free_slots + ecx * 4], eax
        inc     dword [free_count]
        inc     dword [completed]
        cmp     dword [param_touch], 0
        je      .done
        mov     edx, [requests + eax * 4]
        xor     edx, FNV_OFFSET
        mov     esi, eax
        shl     esi, 16
        add     esi, BUFFERS
        mov     ecx, [param_size]
        shl     ecx, 7
.next:
        lodsd
        xor     edx, eax
        imul    edx, edx, FNV_PRIME
        loop    .next
        add     [hash], edx
.done:
        ret

        align   4
direction:
        dd      0
submitted:
        dd      0
completed:
        dd      0
hash:
        dd      0
written:
        dd      0
free_count:
        dd      0
free_slots:
        times   SLOTS dd 0
requests:                               ; which request is in a slot
        times   SLOTS dd 0
banner:
        db      "ringlab io", 10, 0
