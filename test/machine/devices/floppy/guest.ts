/**
 * A boot sector that drives the floppy controller by interrupt 6 and channel 2 of the DMA controller, and sends each command's result
 * bytes through the serial port, a line for a command. The same bytes run here and on QEMU.
 */
const BUFFER = 0x8000;

/** What goes before a command: bit 0: an interrupt comes, 1: DMA to memory, 2: DMA from memory, 3: the sum of the buffer is told. */
const COMMANDS: readonly (readonly [flags: number, ...bytes: number[]])[] = [
  [0, 0x08],
  [0, 0x08],
  [0, 0x08],
  [0, 0x08],
  [0, 0x08],
  [0, 0x10],
  [0, 0x1e],
  [0, 0x03, 0xdf, 0x02],
  [1, 0x07, 0],
  [0, 0x08],
  [1, 0x0f, 4, 5],
  [0, 0x08],
  [3 + 8, 0xe6, 4, 5, 1, 3, 2, 18, 0x1b, 0xff],
  [5, 0xc5, 0, 5, 0, 18, 2, 18, 0x1b, 0xff],
  [3 + 8, 0xe6, 0, 5, 0, 18, 2, 18, 0x1b, 0xff],
];

export const GUEST = `
bits 16
org 0x7c00
    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    cld
    mov word [0x38], irq
    mov word [0x3a], 0
    in al, 0x21
    and al, 0xbf
    out 0x21, al
    mov byte [flag], 0
    mov dx, 0x3f2
    xor al, al
    out dx, al
    mov al, 0x1c
    out dx, al
    call wait_irq
    mov si, commands
next:
    lodsb
    cmp al, 0xff
    je done
    mov bl, al
    test bl, 6
    jz .send
    call dma
.send:
    lodsb
    mov cl, al
    mov ch, 0
.byte:
    mov dx, 0x3f4
.ready:
    in al, dx
    and al, 0xc0
    cmp al, 0x80
    jne .ready
    inc dx
    lodsb
    out dx, al
    loop .byte
    test bl, 1
    jz .result
    call wait_irq
.result:
    mov dx, 0x3f4
.poll:
    in al, dx
    test al, 0x80
    jz .poll
    test al, 0x40
    jz .end
    inc dx
    in al, dx
    call hex
    jmp .result
.end:
    test bl, 8
    jz .line
    push si
    mov si, ${BUFFER}
    mov cx, 512
    xor di, di
.sum:
    lodsw
    add di, ax
    loop .sum
    pop si
    mov ax, di
    call hex
    mov ax, di
    mov al, ah
    call hex
.line:
    mov al, 10
    call put
    jmp next
done:
    mov al, 1
    out 0xf4, al
    jmp done

dma:
    mov al, 6
    out 0x0a, al
    out 0x0c, al
    mov al, ${BUFFER & 0xff}
    out 0x04, al
    mov al, ${BUFFER >> 8}
    out 0x04, al
    mov al, 0
    out 0x81, al
    mov al, 0xff
    out 0x05, al
    mov al, 3
    out 0x05, al
    mov al, 0x46
    test bl, 2
    jnz .mode
    mov al, 0x4a
.mode:
    out 0x0b, al
    mov al, 2
    out 0x0a, al
    ret

wait_irq:
    cli
    cmp byte [flag], 0
    jne .out
    sti
    hlt
    jmp wait_irq
.out:
    mov byte [flag], 0
    ret

irq:
    push ax
    mov byte [flag], 1
    mov al, 0x20
    out 0x20, al
    pop ax
    iret

hex:
    push ax
    shr al, 4
    call digit
    pop ax
    and al, 15
digit:
    add al, '0'
    cmp al, '9'
    jbe put
    add al, 39
put:
    push dx
    mov dx, 0x3f8
    out dx, al
    pop dx
    ret

flag: db 0
commands:
${COMMANDS.map(([flags, ...bytes]) => `    db ${[flags, bytes.length, ...bytes].join(", ")}`).join("\n")}
    db 0xff
    times 510 - ($ - $$) db 0
    dw 0xaa55
`;
