; A virtio device on PCI and its first split virtqueues (virtio 1.2: 2.7, 3.1, 4.1): VIRTIO_QUEUES of them, VIRTIO_FEATURES are what its driver knows
; besides the event index. What we keep of them is in virtio_queues; their rings lie one queue behind the other from SHARED on.

%include "virtqueue.asm"

ACKNOWLEDGE    equ 1                   ; device status (2.1)
DRIVER         equ 2
DRIVER_OK      equ 4
FEATURES_OK    equ 8
FAILED         equ 128

; Common configuration (4.1.4.3).
COMMON_DEVICE_SELECT equ 0
COMMON_DEVICE_BITS   equ 4
COMMON_DRIVER_SELECT equ 8
COMMON_DRIVER_BITS   equ 12
COMMON_STATUS        equ 20
COMMON_QUEUE         equ 22
COMMON_SIZE          equ 24
COMMON_VECTOR        equ 26
COMMON_ENABLE        equ 28
COMMON_NOTIFY_OFFSET equ 30
COMMON_DESCRIPTORS   equ 32
COMMON_AVAILABLE     equ 40
COMMON_USED          equ 48

; Device EAX (3.1.1). EAX = 0 and the queues are ready, or EAX -> what is wrong. Changes EBP.
virtio_init:
        push    ebx
        call    pci_find
        mov     eax, .absent
        jc      .out
        call    virtio_capabilities
        mov     eax, .legacy
        mov     edi, [virtio_common]
        test    edi, edi
        jz      .out
        mov     byte [edi + COMMON_STATUS], 0
.reset:
        cmp     byte [edi + COMMON_STATUS], 0
        jne     .reset
        mov     byte [edi + COMMON_STATUS], ACKNOWLEDGE
        mov     byte [edi + COMMON_STATUS], ACKNOWLEDGE | DRIVER
        mov     dword [edi + COMMON_DEVICE_SELECT], 1
        mov     edx, [edi + COMMON_DEVICE_BITS]
        and     edx, 3                  ; VIRTIO_F_VERSION_1, and ACCESS_PLATFORM if an I/O MMU is between us
        mov     dword [edi + COMMON_DRIVER_SELECT], 1
        mov     [edi + COMMON_DRIVER_BITS], edx
        mov     dword [edi + COMMON_DEVICE_SELECT], 0
        mov     edx, [edi + COMMON_DEVICE_BITS]
        and     edx, VIRTIO_FEATURES | EVENT_INDEX
        mov     [virtio_features], edx
        mov     dword [edi + COMMON_DRIVER_SELECT], 0
        mov     [edi + COMMON_DRIVER_BITS], edx
        mov     byte [edi + COMMON_STATUS], ACKNOWLEDGE | DRIVER | FEATURES_OK
        mov     eax, .refused
        test    byte [edi + COMMON_STATUS], FEATURES_OK
        jz      .failed
%ifdef INTERRUPTS_MSIX
        call    msix_open
        test    eax, eax
        jnz     .out
%else
        mov     eax, PCI_LINE
        call    pci_read
        movzx   eax, al
        mov     edx, 1
        call    line_open
%endif
        xor     edx, edx
.queue:
        call    virtio_open
        test    eax, eax
        jnz     .out
        inc     edx
        cmp     edx, VIRTIO_QUEUES
        jb      .queue
        mov     byte [edi + COMMON_STATUS], ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK
.out:
        pop     ebx
        ret
.failed:                                ; given up (3.1.1)
        or      byte [edi + COMMON_STATUS], FAILED
        jmp     .out
.absent:
        db      "no such device on the PCI bus", 0
.legacy:
        db      "the device has no modern configuration", 0
.refused:
        db      "the device refuses our features", 0

; Queue EDX of the device whose common configuration is at EDI (4.1.5.1.3): EAX = 0, or what is wrong. Keeps EDX and EDI. Queue 0 interrupts;
; the others are looked at when it is time to.
virtio_open:
        imul    ebp, edx, QUEUE
        add     ebp, virtio_queues
        mov     [ebp + QUEUE_NUMBER], edx
        mov     [edi + COMMON_QUEUE], dx
        movzx   ecx, word [edi + COMMON_SIZE]
        mov     eax, .none
        test    ecx, ecx
        jz      .out
        cmp     ecx, VIRTIO_MOST
        jbe     .size
        mov     ecx, VIRTIO_MOST
        mov     [edi + COMMON_SIZE], cx
.size:
        mov     [ebp + QUEUE_SIZE], ecx
        imul    esi, edx, VIRTIO_RINGS
        add     esi, SHARED
        mov     [ebp + QUEUE_RINGS], esi
        push    edi
        mov     edi, esi
        xor     eax, eax
        mov     ecx, VIRTIO_RINGS / 4
        rep     stosd
        pop     edi
        mov     [edi + COMMON_DESCRIPTORS], esi
        mov     [edi + COMMON_DESCRIPTORS + 4], eax
        lea     ecx, [esi + VIRTIO_AVAILABLE]
        mov     [edi + COMMON_AVAILABLE], ecx
        mov     [edi + COMMON_AVAILABLE + 4], eax
        lea     ecx, [esi + VIRTIO_USED]
        mov     [edi + COMMON_USED], ecx
        mov     [edi + COMMON_USED + 4], eax
        movzx   eax, word [edi + COMMON_NOTIFY_OFFSET]
        imul    eax, [virtio_multiplier]
        add     eax, [virtio_notify]
        mov     [ebp + QUEUE_NOTIFY], eax
        test    edx, edx
        jz      .loud
        test    dword [virtio_features], EVENT_INDEX
        jnz     .enable                 ; the flag must be 0 then (2.7.7.1)
        mov     byte [esi + VIRTIO_AVAILABLE], NO_INTERRUPT
        jmp     .enable
.loud:
%ifdef INTERRUPTS_MSIX
        mov     word [edi + COMMON_VECTOR], 0
        mov     eax, .vector
        cmp     word [edi + COMMON_VECTOR], 0
        jne     .out
%endif
.enable:
        mov     word [edi + COMMON_ENABLE], 1
        xor     eax, eax
.out:
        ret
.none:
        db      "the device has no such queue", 0
%ifdef INTERRUPTS_MSIX
.vector:
        db      "the device takes no vector for its queue", 0
%endif

; Where the structures are that the capabilities of function EBX name (4.1.4).
virtio_capabilities:
        mov     eax, 0x34
        call    pci_read
        movzx   esi, al
.next:
        test    esi, esi
        jz      .done
        mov     eax, esi
        call    pci_read
        mov     ecx, eax                ; identity, next, length, type
        push    ecx
        cmp     cl, 9                   ; vendor-specific
        jne     .skip
        shr     ecx, 24
        cmp     ecx, 3
        ja      .skip
        lea     eax, [esi + 4]          ; BAR
        call    pci_read
        movzx   eax, al
        lea     eax, [eax * 4 + 0x10]
        call    pci_read
        and     eax, ~15
        mov     edi, eax
        lea     eax, [esi + 8]          ; offset
        call    pci_read
        add     edi, eax
        cmp     dword [virtio_places + ecx * 4], 0
        jne     .skip                   ; the first of a kind counts
        mov     [virtio_places + ecx * 4], edi
        cmp     ecx, 2
        jne     .skip
        lea     eax, [esi + 16]
        call    pci_read
        mov     [virtio_multiplier], eax
.skip:
        pop     ecx
        movzx   esi, ch
        jmp     .next
.done:
        ret

; Reading the status takes the interrupt back (4.1.4.5).
virtio_interrupt:
        mov     edx, [virtio_isr]
        mov     al, [edx]
        ret

        align   4
virtio_places:                          ; by type of structure (4.1.4)
        dd      0
virtio_common:
        dd      0
virtio_notify:
        dd      0
virtio_isr:
        dd      0
virtio_multiplier:
        dd      0
virtio_features:
        dd      0
virtio_queues:
        times   VIRTIO_QUEUES * QUEUE / 4 dd 0
