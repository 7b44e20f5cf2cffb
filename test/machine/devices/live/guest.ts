/**
 * A guest that makes the board's devices work together and says of each whether it did: the same bytes run here and on QEMU. A
 * multiboot kernel in 32-bit protected mode. Interrupts count in `ticks`; what takes time is measured against the 8254.
 */
export const GUEST = `
bits 32
org 0x100000

LAPIC       equ 0xfee00000
IOAPIC      equ 0xfec00000
STACK       equ 0x90000

header:
    dd 0x1badb002, 0x00010000, -(0x1badb002 + 0x00010000)
    dd header, header, 0, 0, start

start:
    mov esp, STACK
    lgdt [gdt_pointer]
    jmp 8:.flat
.flat:
    mov eax, 16
    mov ds, eax
    mov es, eax
    mov ss, eax
    ; Every vector counts; those of the 8259As are ended there, the others at the local APIC.
    mov edi, idt
    mov ecx, 256
    mov eax, pic_tick
.gate:
    cmp ecx, 256 - 0x30
    jne .same
    mov eax, apic_tick
.same:
    mov [edi], ax
    mov word [edi + 2], 8
    mov word [edi + 4], 0x8e00
    mov edx, eax
    shr edx, 16
    mov [edi + 6], dx
    add edi, 8
    dec ecx
    jnz .gate
    lidt [idt_pointer]
    call pic_init

    mov esi, name_pit
    call test_pit
    call report
    mov esi, name_serial
    call test_serial
    call report
    mov esi, name_rtc
    call test_rtc
    call report
    mov dword [LAPIC + 0xf0], 0x1ff
    mov dword [LAPIC + 0x350], 0x10700
    mov al, 0xff
    out 0x21, al
    out 0xa1, al
    mov esi, name_ipi
    call test_ipi
    call report
    mov esi, name_lapic
    call test_lapic
    call report
    mov esi, name_periodic
    call test_periodic
    call report
    mov esi, name_ioapic
    call test_ioapic
    call report
    mov esi, name_priority
    call test_priority
    call report
    xor eax, eax
    out 0xf4, al
    hlt

pic_tick:
    inc dword [ticks]
    push eax
    mov al, 0x20
    out 0xa0, al
    out 0x20, al
    pop eax
    iretd
apic_tick:
    inc dword [ticks]
    mov dword [LAPIC + 0xb0], 0
    iretd

; Both 8259As at vectors 20h … 2Fh, everything masked.
pic_init:
    mov al, 0x11
    out 0x20, al
    out 0xa0, al
    mov al, 0x20
    out 0x21, al
    mov al, 0x28
    out 0xa1, al
    mov al, 4
    out 0x21, al
    mov al, 2
    out 0xa1, al
    mov al, 1
    out 0x21, al
    out 0xa1, al
    mov al, 0xff
    out 0x21, al
    out 0xa1, al
    ret

; Waits for EBX periods of 10 ms: counter 2 of the 8254, mode 0.
wait_10ms:
    in al, 0x61
    and al, 0xfc
    or al, 1
    out 0x61, al
.again:
    mov al, 0xb0
    out 0x43, al
    mov al, 11932 & 0xff
    out 0x42, al
    mov al, 11932 >> 8
    out 0x42, al
.poll:
    in al, 0x61
    test al, 0x20
    jz .poll
    dec ebx
    jnz .again
    ret

; Counter 0 at 1 kHz, for the tests that hear it.
pit_1khz:
    mov al, 0x34
    out 0x43, al
    mov al, 1193 & 0xff
    out 0x40, al
    mov al, 1193 >> 8
    out 0x40, al
    ret

; Sleeps until ticks reaches 5; ZF is set then.
five_ticks:
    mov dword [ticks], 0
.sleep:
    sti
    hlt
    cli
    cmp dword [ticks], 5
    jb .sleep
    cmp eax, eax
    ret

test_pit:
    call pit_1khz
    mov al, 0xfe
    out 0x21, al
    call five_ticks
    mov al, 0xff
    out 0x21, al
    cmp eax, eax
    ret

; In loopback a byte comes back; the receiver interrupts through the 8259A.
test_serial:
    mov dword [ticks], 0
    mov dx, 0x3fc
    mov al, 0x1a
    out dx, al
    mov dx, 0x3f9
    mov al, 1
    out dx, al
    mov al, 0xef
    out 0x21, al
    mov dx, 0x3f8
    mov al, 0x5a
    out dx, al
    sti
    mov ebx, 1
    call wait_10ms
    cli
    mov dx, 0x3f8
    in al, dx
    mov bl, al
    mov dx, 0x3f9
    mov al, 0
    out dx, al
    mov dx, 0x3fc
    mov al, 8
    out dx, al
    mov al, 0xff
    out 0x21, al
    cmp bl, 0x5a
    jne .out
    cmp dword [ticks], 1
.out:
    ret

; The periodic flag at 1024 Hz: seen at least 20 times in 50 ms when it is looked at all the time.
test_rtc:
    mov al, 0x0a
    out 0x70, al
    mov al, 0x26
    out 0x71, al
    mov al, 0x0b
    out 0x70, al
    mov al, 0x42
    out 0x71, al
    mov al, 0xb0
    out 0x43, al
    mov al, 0
    out 0x42, al
    mov al, 0xe9
    out 0x42, al
    xor ecx, ecx
.look:
    mov al, 0x0c
    out 0x70, al
    in al, 0x71
    test al, 0x40
    jz .not
    inc ecx
.not:
    in al, 0x61
    test al, 0x20
    jz .look
    mov al, 0x0b
    out 0x70, al
    mov al, 0x02
    out 0x71, al
    xor eax, eax
    cmp ecx, 20
    jb bad
    cmp ecx, 60
    ja bad
    cmp eax, eax
    ret
bad:
    or al, 1
    ret

test_ipi:
    mov dword [ticks], 0
    sti
    mov dword [LAPIC + 0x300], 0x40041
    mov ebx, 1
    call wait_10ms
    cli
    cmp dword [ticks], 1
    ret

; The timer counts a bus of 1 GHz: in 10 ms between 8 and 30 million.
test_lapic:
    mov dword [LAPIC + 0x3e0], 0x0b
    mov dword [LAPIC + 0x320], 0x10030
    mov dword [LAPIC + 0x380], 0xffffffff
    mov ebx, 1
    call wait_10ms
    mov eax, [LAPIC + 0x390]
    not eax
    cmp eax, 8000000
    jb bad
    cmp eax, 30000000
    ja bad
    cmp eax, eax
    ret

test_periodic:
    mov dword [LAPIC + 0x320], 0x20030
    mov dword [LAPIC + 0x380], 1000000
    call five_ticks
    mov dword [LAPIC + 0x380], 0
    cmp eax, eax
    ret

; The 8254 through the IOAPIC's pin 2, as vector 51h.
test_ioapic:
    call pit_1khz
    mov dword [IOAPIC], 0x15
    mov eax, [LAPIC + 0x20]
    mov [IOAPIC + 0x10], eax
    mov dword [IOAPIC], 0x14
    mov dword [IOAPIC + 0x10], 0x51
    call five_ticks
    mov dword [IOAPIC], 0x14
    mov dword [IOAPIC + 0x10], 0x10051
    cmp eax, eax
    ret

; What the task priority holds back comes when it is lowered.
test_priority:
    mov dword [ticks], 0
    mov dword [LAPIC + 0x80], 0x50
    sti
    mov dword [LAPIC + 0x300], 0x40042
    mov ebx, 1
    call wait_10ms
    cmp dword [ticks], 0
    jne .out
    mov dword [LAPIC + 0x80], 0x30
    mov ebx, 1
    call wait_10ms
    cmp dword [ticks], 1
.out:
    cli
    ret

; Prints the name at ESI, and "ok" if ZF is set.
report:
    pushfd
    call print
    popfd
    mov esi, word_ok
    jz .say
    mov esi, word_bad
.say:
    ; falls through
print:
    lodsb
    test al, al
    jz .end
    mov dx, 0x3f8
    out dx, al
    jmp print
.end:
    ret

name_pit:       db "8254 by way of the 8259A: ", 0
name_serial:    db "16550A in loopback: ", 0
name_rtc:       db "MC146818 at 1024 Hz: ", 0
name_ipi:       db "interrupt to itself: ", 0
name_lapic:     db "local APIC's timer: ", 0
name_periodic:  db "the same, periodic: ", 0
name_ioapic:    db "8254 by way of the IOAPIC: ", 0
name_priority:  db "task priority: ", 0
word_ok:        db "ok", 10, 0
word_bad:       db "BAD", 10, 0

align 8
gdt:
    dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdt_pointer:
    dw 23
    dd gdt
idt_pointer:
    dw 8*256 - 1
    dd idt
ticks:  dd 0
align 8
idt:    times 8*256 db 0
`;
