/** Power-on: sets the board's devices and the low memory up, then boots. */
export const POST = `
; ---------------------------------------------------------------- power-on
post:
    cli
    cld
    mov al, 0x0f                ; the shutdown status: software that reset the processor wants to go on
    out 0x70, al
    in al, 0x71
    mov ah, al
    mov al, 0
    out 0x71, al
    cmp ah, 5
    je resume_after_interrupt
    cmp ah, 0x0a
    je resume
    xor ax, ax
    mov ss, ax
    mov sp, 0x7c00
    call set_vectors
    call set_data_area
    call set_interrupt_controllers
    call set_timer
    call set_keyboard
    mov ax, 0x0003              ; 80 columns, 25 rows, colour
    int 0x10
    call set_pci
    call find_disks
    call find_floppy
    call set_ticks
    sti
    int 0x19

; IBM PC/AT Technical Reference, "Shutdown": 5 ends an interrupt first, 0Ah does not.
resume_after_interrupt:
    mov al, 0x20
    out 0x20, al
resume:
    xor ax, ax
    mov ds, ax
    jmp far [0x467]

; Every vector leads to a handler that does nothing, those of the two interrupt controllers to one that ends the interrupt.
set_vectors:
    push ax
    mov es, ax                  ; 0
    xor di, di
    mov cx, 256
.nothing:
    mov ax, nothing
    stosw
    mov ax, cs
    stosw
    loop .nothing
    mov di, 8 * 4
    call .eight
    mov di, 0x70 * 4
    call .eight
    mov si, vectors
.service:
    cs lodsb                    ; the vector; 0 ends the list
    movzx di, al
    shl di, 2
    jz .done
    cs lodsw
    stosw
    jmp .service
.done:
    pop ax
    ret
.eight:
    mov cx, 8
.interrupt:
    mov ax, end_of_interrupt
    stosw
    add di, 2
    loop .interrupt
    ret

vectors:
    db 0x08
    dw tick
    db 0x09
    dw key
    db 0x10
    dw video
    db 0x11
    dw equipment
    db 0x12
    dw base_memory
    db 0x13
    dw disk
    db 0x14
    dw serial
    db 0x15
    dw system
    db 0x16
    dw keyboard
    db 0x17
    dw printer
    db 0x18
    dw no_boot
    db 0x19
    dw boot
    db 0x1a
    dw time
    db 0x1e
    dw diskette_parameters
    db 0

nothing:
    iret

; An interrupt of a device that nobody has taken.
end_of_interrupt:
    push ax
    mov al, 0x0b                ; read the in-service register of the second controller
    out 0xa0, al
    in al, 0xa0
    test al, al
    mov al, 0x20
    jz .first
    out 0xa0, al
.first:
    out 0x20, al
    pop ax
    iret

set_data_area:
    mov ax, BDA
    mov ds, ax
    mov es, ax
    xor di, di
    mov cx, 128
    xor ax, ax
    rep stosw
    mov word [B_SERIAL], 0x3f8
    mov word [B_EBDA], EBDA
    mov word [B_EQUIPMENT], 0x0222      ; one serial port, 80 columns of colour, a coprocessor
    mov word [B_MEMORY], 639
    mov word [B_HEAD], B_KEYS
    mov word [B_TAIL], B_KEYS
    mov word [B_KEYS_FROM], B_KEYS
    mov word [B_KEYS_TO], B_KEYS_END
    mov byte [B_KEYBOARD], 0x10
    push EBDA
    pop es
    xor di, di
    mov cx, E_FACS / 2
    rep stosw
    mov si, BOARD_FACS
    push ds
    push cs
    pop ds
    mov cx, 32
    rep movsw
    pop ds
    mov byte [es:0], 1          ; its size in KiB
    ret

; 8259A: vectors 08h and 70h, edges, the second at input 2; the timer, the keyboard and the second one are let through.
set_interrupt_controllers:
    mov al, 0x11
    out 0x20, al
    out 0xa0, al
    mov al, 0x08
    out 0x21, al
    mov al, 0x70
    out 0xa1, al
    mov al, 4
    out 0x21, al
    mov al, 2
    out 0xa1, al
    mov al, 1
    out 0x21, al
    out 0xa1, al
    mov al, 0xf8
    out 0x21, al
    mov al, 0xff
    out 0xa1, al
    ret

; 8254: counter 0 divides by 65536, 18.2 ticks a second; the refresh counter runs.
set_timer:
    mov al, 0x34
    out 0x43, al
    xor al, al
    out 0x40, al
    out 0x40, al
    mov al, 0x54
    out 0x43, al
    mov al, 18
    out 0x41, al
    ret

; 8042: self-test, keyboard reset, then translation to set 1 and interrupts, the mouse port off.
set_keyboard:
    mov al, 0xaa
    out 0x64, al
    call .answer
    mov al, 0x60
    out 0x64, al
    mov al, 0x24                ; no interrupt, no translation yet
    out 0x60, al
    mov al, 0xff
    out 0x60, al
    call .answer                ; acknowledged
    call .answer                ; passed
    mov al, 0x60
    out 0x64, al
    mov al, 0x65
    out 0x60, al
    ret
.answer:
    mov cx, 0xffff
.wait:
    in al, 0x64
    test al, 1
    loopz .wait
    in al, 0x60
    ret
`;
