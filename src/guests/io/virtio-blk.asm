; A virtio block device (virtio 1.2, 5.2). Slot n has the descriptors 3n … 3n + 2: header, data, status.

VIRTIO_QUEUES  equ 1
VIRTIO_FEATURES equ 0
%include "virtio.asm"

BLOCK_DEVICE   equ 0x10421AF4
BLOCK_HEADERS  equ SHARED + VIRTIO_RINGS   ; 32 bytes a slot: type, reserved, sector; at 16 the status

blk_init:
        mov     eax, BLOCK_DEVICE
        call    virtio_init
        test    eax, eax
        jnz     .out
        mov     ecx, [param_depth]
        lea     ecx, [ecx + ecx * 2]
        cmp     ecx, [ebp + QUEUE_SIZE]
        jbe     .out
        mov     eax, .short
.out:
        ret
.short:
        db      "the queue is too short for this depth", 0

blk_submit:
        push    ebx
        push    eax
        mov     ebx, eax
        shl     ebx, 5
        add     ebx, BLOCK_HEADERS
        mov     [ebx], esi              ; 0 IN, 1 OUT
        mov     dword [ebx + 4], 0
        mov     [ebx + 8], edx
        mov     dword [ebx + 12], 0
        mov     byte [ebx + 16], 0xFF
        lea     eax, [eax + eax * 2]    ; head
        mov     edx, eax
        shl     edx, 4
        add     edx, SHARED + VIRTIO_DESCRIPTORS
        mov     [edx], ebx
        mov     dword [edx + 8], 16
        mov     word [edx + 12], NEXT
        lea     ebx, [ebx + 16]
        inc     eax
        mov     [edx + 14], ax
        mov     [edx + 16], edi
        shl     ecx, 9
        mov     [edx + 24], ecx
        xor     esi, 1
        lea     ecx, [esi * WRITE + NEXT]
        mov     [edx + 28], cx
        inc     eax
        mov     [edx + 30], ax
        mov     [edx + 32], ebx
        mov     dword [edx + 40], 1
        mov     word [edx + 44], WRITE
        pop     eax
        lea     eax, [eax + eax * 2]
        pop     ebx
        mov     ebp, virtio_queues
        jmp     virtio_add

blk_kick:
        mov     ebp, virtio_queues
        jmp     virtio_kick

blk_arm:
        mov     ebp, virtio_queues
        jmp     virtio_arm

device_interrupt  equ virtio_interrupt

blk_complete:
        mov     ebp, virtio_queues
        call    virtio_used
        cmp     eax, -1
        je      .none
        xor     edx, edx
        mov     ecx, 3
        div     ecx
        mov     ecx, eax
        shl     ecx, 5
        movzx   edx, byte [BLOCK_HEADERS + ecx + 16]
.none:
        ret
