; A virtio device on PCI and one split virtqueue (virtio 1.2: 2.7, 3.1, 4.1).
;
;     SHARED + 0      descriptors, 16 bytes each
;     SHARED + 4096   available ring: flags, index, 256 entries, used event
;     SHARED + 8192   used ring: flags, index, 256 entries of 8 bytes, available event

VIRTIO_DESCRIPTORS equ SHARED
VIRTIO_AVAILABLE   equ SHARED + 4096
VIRTIO_USED        equ SHARED + 8192
VIRTIO_MOST        equ 256

NEXT           equ 1                   ; descriptor flags (2.7.5)
WRITE          equ 2
EVENT_INDEX    equ 1 << 29             ; VIRTIO_F_EVENT_IDX, 2.7.10
ACKNOWLEDGE    equ 1                   ; device status (2.1)
DRIVER         equ 2
DRIVER_OK      equ 4
FEATURES_OK    equ 8

; Common configuration (4.1.4.3).
COMMON_DEVICE_SELECT equ 0
COMMON_DEVICE_BITS   equ 4
COMMON_DRIVER_SELECT equ 8
COMMON_DRIVER_BITS   equ 12
COMMON_STATUS        equ 20
COMMON_QUEUE         equ 22
COMMON_SIZE          equ 24
COMMON_ENABLE        equ 28
COMMON_NOTIFY_OFFSET equ 30
COMMON_DESCRIPTORS   equ 32
COMMON_AVAILABLE     equ 40
COMMON_USED          equ 48

; Device EAX (3.1.1). EAX = 0 and queue 0 is ready, or EAX -> what is wrong.
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
        and     edx, EVENT_INDEX
        mov     [virtio_features], edx
        mov     dword [edi + COMMON_DRIVER_SELECT], 0
        mov     [edi + COMMON_DRIVER_BITS], edx
        mov     byte [edi + COMMON_STATUS], ACKNOWLEDGE | DRIVER | FEATURES_OK
        mov     eax, .refused
        test    byte [edi + COMMON_STATUS], FEATURES_OK
        jz      .out
        mov     word [edi + COMMON_QUEUE], 0
        movzx   ecx, word [edi + COMMON_SIZE]
        mov     eax, .none
        jecxz   .out
        cmp     ecx, VIRTIO_MOST
        jbe     .size
        mov     ecx, VIRTIO_MOST
        mov     [edi + COMMON_SIZE], cx
.size:
        mov     [virtio_size], ecx
        push    edi
        mov     edi, SHARED
        xor     eax, eax
        mov     ecx, 4 * 1024
        rep     stosd
        pop     edi
        mov     dword [edi + COMMON_DESCRIPTORS], VIRTIO_DESCRIPTORS
        mov     [edi + COMMON_DESCRIPTORS + 4], eax
        mov     dword [edi + COMMON_AVAILABLE], VIRTIO_AVAILABLE
        mov     [edi + COMMON_AVAILABLE + 4], eax
        mov     dword [edi + COMMON_USED], VIRTIO_USED
        mov     [edi + COMMON_USED + 4], eax
        movzx   eax, word [edi + COMMON_NOTIFY_OFFSET]
        imul    eax, [virtio_multiplier]
        add     [virtio_notify], eax
        mov     word [edi + COMMON_ENABLE], 1
        mov     eax, PCI_LINE
        call    pci_read
        movzx   eax, al
        mov     edx, 1
        call    line_open
        mov     byte [edi + COMMON_STATUS], ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK
        xor     eax, eax
.out:
        pop     ebx
        ret
.absent:
        db      "no such device on the PCI bus", 0
.legacy:
        db      "the device has no modern configuration", 0
.refused:
        db      "the device refuses our features", 0
.none:
        db      "the device has no queue", 0

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

; Descriptor chain EAX becomes available to the device, which is not told yet.
virtio_add:
        mov     ecx, [virtio_added]
        mov     edx, [virtio_size]
        dec     edx
        and     edx, ecx
        mov     [VIRTIO_AVAILABLE + 4 + edx * 2], ax
        inc     ecx
        mov     [virtio_added], ecx
        mov     [VIRTIO_AVAILABLE + 2], cx
        ret

; Tell the device of what was added since the last time, if it wants to know (2.7.7.2, 2.7.10.1).
virtio_kick:
        lock or dword [esp], 0          ; the index before the look at the suppression
        mov     ecx, [virtio_added]
        mov     edx, ecx
        xchg    edx, [virtio_told]
        test    dword [virtio_features], EVENT_INDEX
        jz      .flags
        mov     eax, [virtio_size]
        mov     ax, [VIRTIO_USED + 4 + eax * 8]
        sub     dx, cx                  ; told − added
        neg     dx
        sub     cx, ax                  ; added − event − 1 < added − told
        dec     cx
        cmp     cx, dx
        jb      .tell
        ret
.flags:
        test    byte [VIRTIO_USED], 1
        jnz     .quiet
.tell:
        mov     edx, [virtio_notify]
        mov     word [edx], 0           ; queue 0
.quiet:
        ret

; EAX = head of a chain that the device has used, −1 when there is none.
virtio_used:
        mov     ecx, [virtio_seen]
        mov     eax, -1
        cmp     cx, [VIRTIO_USED + 2]
        je      .none
        mov     edx, [virtio_size]
        dec     edx
        and     edx, ecx
        mov     eax, [VIRTIO_USED + 4 + edx * 8]
        inc     dword [virtio_seen]
.none:
        ret

; The next used chain interrupts; CF: there is one already.
virtio_arm:
        mov     ecx, [virtio_seen]
        mov     eax, [virtio_size]
        mov     [VIRTIO_AVAILABLE + 4 + eax * 2], cx
        lock or dword [esp], 0
        cmp     cx, [VIRTIO_USED + 2]
        je      .none
        stc
        ret
.none:
        clc
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
virtio_size:
        dd      0
virtio_added:
        dd      0
virtio_told:
        dd      0
virtio_seen:
        dd      0
