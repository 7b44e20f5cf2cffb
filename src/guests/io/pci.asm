; PCI configuration space by mechanism #1 (PCI Local Bus 3.0, 3.2.2.3.2).

PCI_ADDRESS    equ 0xCF8
PCI_DATA       equ 0xCFC
PCI_COMMAND    equ 0x04
PCI_LINE       equ 0x3C

; The function on bus 0 with identity EAX (device << 16 | vendor): EBX = its configuration address, CF when there is none.
pci_find:
        mov     ecx, eax
        mov     ebx, 0x80000000
.next:
        xor     eax, eax
        call    pci_read
        cmp     eax, ecx
        je      .found
        add     ebx, 0x100
        cmp     ebx, 0x80010000
        jb      .next
        stc
        ret
.found:
        mov     eax, PCI_COMMAND        ; ports, memory, bus master
        call    pci_read
        or      eax, 7
        out     dx, eax
        clc
        ret

; EAX = dword EAX of function EBX; EDX = the data port, which stays on it.
pci_read:
        or      eax, ebx
        mov     edx, PCI_ADDRESS
        out     dx, eax
        mov     edx, PCI_DATA
        in      eax, dx
        ret
