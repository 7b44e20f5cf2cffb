; Processor and interrupt controllers: one interrupt line is open, that of the device.

; Nothing to do until an interrupt comes; and a look at whether one has.
%macro platform_wait 0
        sti                             ; takes effect after the next instruction
        hlt
        cli
%endmacro
%macro platform_look 0
        sti
        nop
        cli
%endmacro

start:
        cli
        cld
        mov     esp, STACK
        mov     edi, DIRECTORY
        mov     eax, 0x83               ; present, writable, 4 MB
        mov     ecx, 1024
.page:
        stosd
        add     eax, 0x400000
        loop    .page
        mov     eax, DIRECTORY
        mov     cr3, eax
        lgdt    [gdt_pointer]
        jmp     KERNEL_CS:.reload
.reload:
        mov     eax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        xor     ecx, ecx
.gate:
        mov     eax, unexpected
        cmp     ecx, IRQ0
        jb      .set
        mov     eax, interrupt
.set:
        mov     [idt + ecx * 8], ax
        mov     word [idt + ecx * 8 + 2], KERNEL_CS
        mov     ax, 0x8E00
        mov     [idt + ecx * 8 + 4], eax
        inc     ecx
        cmp     ecx, VECTORS
        jb      .gate
        lidt    [idt_pointer]
        mov     esi, .commands
        mov     ecx, (.end - .commands) / 2
        xor     edx, edx
.command:
        mov     dl, [esi]
        mov     al, [esi + 1]
        out     dx, al
        add     esi, 2
        loop    .command
        jmp     main
.commands:                              ; port, value: ICW1 … 4, then nobody may interrupt
        db      PIC1, 0x11, PIC1 + 1, IRQ0, PIC1 + 1, 4, PIC1 + 1, 1, PIC1 + 1, 0xFF
        db      PIC2, 0x11, PIC2 + 1, IRQ0 + 8, PIC2 + 1, 2, PIC2 + 1, 1, PIC2 + 1, 0xFF
.end:

%ifdef INTERRUPTS_IOAPIC
%include "ioapic.asm"
%else
; Let interrupt line EAX (3 … 15) through; EDX = 1: it is a level, as PCI's are.
line_open:
        mov     ecx, eax
        mov     eax, edx
        shl     eax, cl
        mov     edx, ELCR
        push    eax
        out     dx, al
        inc     edx
        mov     al, ah
        out     dx, al
        pop     eax
        mov     eax, ~4                 ; line 2 is the second controller
        btr     eax, ecx
        out     PIC1 + 1, al
        mov     al, ah
        out     PIC2 + 1, al
        ret
%endif

interrupt:
%ifdef INTERRUPTS_MSIX
        mov     dword [LAPIC_EOI], 0    ; the device wants nothing
%else
        pushad
        call    device_interrupt
%ifdef INTERRUPTS_IOAPIC
        mov     dword [LAPIC_EOI], 0
%else
        mov     al, 0x20                ; end of interrupt
        out     PIC2, al
        out     PIC1, al
%endif
        popad
%endif
        iretd

unexpected:
        mov     esi, unexpected_message
        call    print
        mov     al, EXCEPTION_CODE

; End the machine with the code AL.
leave:
        out     EXIT_PORT, al
.halt:
        hlt
        jmp     .halt

unexpected_message:
        db      "failed: unexpected exception", 10, 0

        align   8
gdt:
        dq      0
        dq      0x00CF9A000000FFFF      ; code, 0 … 4 GB
        dq      0x00CF92000000FFFF      ; data
gdt_pointer:
        dw      gdt_pointer - gdt - 1
        dd      gdt
        align   8
idt:
        times   VECTORS dq 0
idt_pointer:
        dw      idt_pointer - idt - 1
        dd      idt
