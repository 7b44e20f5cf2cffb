; Interrupt lines by the I/O APIC (82093AA), where a PCI line has the pin of the same number, as on a PIIX3 and what came after it.

IOAPIC         equ 0xFEC00000
IOAPIC_DATA    equ IOAPIC + 0x10
REDIRECTION    equ 0x10                ; entries of two registers
LEVEL          equ 15                  ; bit of an entry's low half

; Let interrupt line EAX (3 … 15) through to this processor's APIC, as vector IRQ0 + EAX; EDX = 1: it is a level.
line_open:
        mov     dword [LAPIC_SPURIOUS], 0x1FF   ; the APIC is on
        lea     ecx, [eax * 2 + REDIRECTION + 1]
        mov     [IOAPIC], ecx
        mov     dword [IOAPIC_DATA], 0          ; APIC 0
        dec     ecx
        mov     [IOAPIC], ecx
        shl     edx, LEVEL
        lea     eax, [eax + edx + IRQ0]
        mov     [IOAPIC_DATA], eax
        ret
