; A split virtqueue (virtio 1.2, 2.7). It is known by the address of what we keep of it, which is EBP.

VIRTIO_MOST        equ 256             ; entries
VIRTIO_DESCRIPTORS equ 0               ; of a queue's rings: 16 bytes each
VIRTIO_AVAILABLE   equ 4096            ; flags, index, entries, used event
VIRTIO_USED        equ 8192            ; flags, index, entries of 8 bytes, available event
VIRTIO_RINGS       equ 3 * 4096

QUEUE_RINGS    equ 0                   ; address
QUEUE_NUMBER   equ 4
QUEUE_SIZE     equ 8
QUEUE_NOTIFY   equ 12                  ; address
QUEUE_ADDED    equ 16                  ; chains made available, …
QUEUE_TOLD     equ 20                  ; … those that the device has been told of, …
QUEUE_SEEN     equ 24                  ; … and those that it has used and we know of
QUEUE          equ 28

NEXT           equ 1                   ; descriptor flags (2.7.5)
WRITE          equ 2
NO_INTERRUPT   equ 1                   ; of the available ring's flags
EVENT_INDEX    equ 1 << 29             ; VIRTIO_F_EVENT_IDX, 2.7.10

; Descriptor chain EAX becomes available to the device, which is not told yet.
virtio_add:
        push    esi
        mov     esi, [ebp + QUEUE_RINGS]
        mov     ecx, [ebp + QUEUE_ADDED]
        mov     edx, [ebp + QUEUE_SIZE]
        dec     edx
        and     edx, ecx
        mov     [esi + VIRTIO_AVAILABLE + 4 + edx * 2], ax
        inc     ecx
        mov     [ebp + QUEUE_ADDED], ecx
        mov     [esi + VIRTIO_AVAILABLE + 2], cx
        pop     esi
        ret

; Tell the device of what was added since the last time, if it wants to know (2.7.7.2, 2.7.10.1).
virtio_kick:
        lock or dword [esp], 0          ; the index before the look at the suppression
        push    esi
        mov     esi, [ebp + QUEUE_RINGS]
        mov     ecx, [ebp + QUEUE_ADDED]
        mov     edx, ecx
        xchg    edx, [ebp + QUEUE_TOLD]
        test    dword [virtio_features], EVENT_INDEX
        jz      .flags
        mov     eax, [ebp + QUEUE_SIZE]
        mov     ax, [esi + VIRTIO_USED + 4 + eax * 8]
        sub     dx, cx                  ; told − added
        neg     dx
        sub     cx, ax                  ; added − event − 1 < added − told
        dec     cx
        cmp     cx, dx
        jb      .tell
        jmp     .quiet
.flags:
        test    byte [esi + VIRTIO_USED], 1
        jnz     .quiet
.tell:
        mov     edx, [ebp + QUEUE_NOTIFY]
        mov     eax, [ebp + QUEUE_NUMBER]
        mov     [edx], ax
.quiet:
        pop     esi
        ret

; EAX = head of a chain that the device has used, −1 when there is none; EDX = bytes that it wrote.
virtio_used:
        push    esi
        mov     esi, [ebp + QUEUE_RINGS]
        add     esi, VIRTIO_USED
        mov     ecx, [ebp + QUEUE_SEEN]
        mov     eax, -1
        cmp     cx, [esi + 2]
        je      .none
        mov     edx, [ebp + QUEUE_SIZE]
        dec     edx
        and     edx, ecx
        mov     eax, [esi + 4 + edx * 8]
        mov     edx, [esi + 8 + edx * 8]
        inc     dword [ebp + QUEUE_SEEN]
.none:
        pop     esi
        ret

; The next used chain interrupts; CF: there is one already.
virtio_arm:
        mov     edx, [ebp + QUEUE_RINGS]
        mov     ecx, [ebp + QUEUE_SEEN]
        mov     eax, [ebp + QUEUE_SIZE]
        mov     [edx + VIRTIO_AVAILABLE + 4 + eax * 2], cx
        lock or dword [esp], 0
        cmp     cx, [edx + VIRTIO_USED + 2]
        je      .none
        stc
        ret
.none:
        clc
        ret
