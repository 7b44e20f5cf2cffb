; A virtio network card (virtio 1.2, 5.1): queue 0 receives, queue 1 sends. A buffer is header and frame in one descriptor.

VIRTIO_QUEUES  equ 2
VIRTIO_FEATURES equ 0
%include "virtio.asm"

NET_DEVICE     equ 0x10411AF4
NET_HEADER     equ 12                   ; 5.1.6; all zero, as there are no offloads
RECEIVE_QUEUE  equ virtio_queues
SEND_QUEUE     equ virtio_queues + QUEUE
RECEIVE_RINGS  equ SHARED
SEND_RINGS     equ SHARED + VIRTIO_RINGS

net_init:
        mov     eax, NET_DEVICE
        call    virtio_init
        test    eax, eax
        jnz     .out
        mov     eax, .short
        cmp     dword [RECEIVE_QUEUE + QUEUE_SIZE], RING
        jb      .out
        cmp     dword [SEND_QUEUE + QUEUE_SIZE], RING
        jb      .out
        mov     edi, RECEIVE_RINGS + VIRTIO_DESCRIPTORS
        mov     esi, SEND_RINGS + VIRTIO_DESCRIPTORS
        mov     eax, RECEIVE_BUFFERS
        mov     ecx, RING
.descriptor:
        mov     [edi], eax
        mov     dword [edi + 8], BUFFER
        mov     word [edi + 12], WRITE
        lea     edx, [eax + SEND_BUFFERS - RECEIVE_BUFFERS]
        mov     [esi], edx
        add     eax, BUFFER
        add     edi, 16
        add     esi, 16
        loop    .descriptor
        mov     ebp, RECEIVE_QUEUE
        xor     eax, eax
.give:
        call    virtio_add
        inc     eax
        cmp     eax, RING
        jb      .give
        call    virtio_kick
        xor     eax, eax
.out:
        ret
.short:
        db      "a queue is too short", 0

; A buffer is free when the device has used its last frame: with RING of them the oldest is the next.
net_buffer:
        mov     ebp, SEND_QUEUE
.reap:
        call    virtio_used
        cmp     eax, -1
        jne     .reap
        mov     eax, [ebp + QUEUE_ADDED]
        sub     eax, [ebp + QUEUE_SEEN]
        cmp     eax, RING
        jb      .room
        call    virtio_kick
        jmp     .reap
.room:
        mov     edi, [ebp + QUEUE_ADDED]
        and     edi, RING - 1
        imul    edi, edi, BUFFER
        add     edi, SEND_BUFFERS + NET_HEADER
        ret

net_send:
        mov     ebp, SEND_QUEUE
        mov     eax, [ebp + QUEUE_ADDED]
        and     eax, RING - 1
        mov     edx, eax
        shl     edx, 4
        add     ecx, NET_HEADER
        mov     [SEND_RINGS + VIRTIO_DESCRIPTORS + edx + 8], ecx
        jmp     virtio_add

net_kick:
        mov     ebp, SEND_QUEUE
        jmp     virtio_kick

net_receive:
        mov     ebp, RECEIVE_QUEUE
        call    virtio_used
        xor     ecx, ecx
        cmp     eax, -1
        je      .none
        mov     [net_head], eax
        imul    esi, eax, BUFFER
        add     esi, RECEIVE_BUFFERS + NET_HEADER
        lea     ecx, [edx - NET_HEADER]
.none:
        ret

net_release:
        mov     ebp, RECEIVE_QUEUE
        mov     eax, [net_head]
        call    virtio_add
        jmp     virtio_kick

net_arm:
        mov     ebp, RECEIVE_QUEUE
        jmp     virtio_arm

device_interrupt  equ virtio_interrupt

        align   4
net_head:                               ; of the frame that was received last
        dd      0
