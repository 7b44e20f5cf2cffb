; Interrupts as messages (PCI 3.0, 6.8.2): entry 0 of the function's table is ours, and interrupts this processor by its local APIC.

MSIX_CAPABILITY equ 0x11
MSIX_ENABLE     equ 1 << 31             ; of the dword that ends in message control
MSIX_MASK       equ 1 << 30
MESSAGE_VECTOR  equ 0x51
MESSAGE_ADDRESS equ 0xFEE00000          ; physical destination, APIC 0

; Function EBX: EAX = 0, or what is wrong. Keeps EDI.
msix_open:
        mov     dword [LAPIC_SPURIOUS], 0x1FF   ; the APIC is on
        mov     eax, 0x34
        call    pci_read
.next:
        movzx   esi, al
        mov     eax, .absent
        test    esi, esi
        jz      .out
        mov     eax, esi
        call    pci_read
        mov     ecx, eax
        mov     al, ah                  ; the next one
        cmp     cl, MSIX_CAPABILITY
        jne     .next
        lea     eax, [esi + 4]          ; table: offset, and in three bits which BAR
        call    pci_read
        mov     ecx, eax
        and     ecx, ~7
        and     eax, 7
        lea     eax, [eax * 4 + 0x10]
        call    pci_read
        and     eax, ~15
        add     ecx, eax
        mov     dword [ecx], MESSAGE_ADDRESS
        mov     dword [ecx + 4], 0
        mov     dword [ecx + 8], MESSAGE_VECTOR
        mov     dword [ecx + 12], 0     ; not masked
        mov     eax, esi
        call    pci_read
        and     eax, ~MSIX_MASK
        or      eax, MSIX_ENABLE
        out     dx, eax
        xor     eax, eax
.out:
        ret
.absent:
        db      "the device has no MSI-X", 0
