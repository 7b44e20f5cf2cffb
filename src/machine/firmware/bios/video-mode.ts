/** INT 10h service 00h: the registers of text modes. */
export const VIDEO_MODE = `
; 00h: AL modes 0 and 1 have 40 columns, 2 and 3 have 80; others do not exist here. Bit 7 keeps the screen's contents.
set_mode:
    mov bl, al
    and bl, 0x7f
    cmp bl, 3
    ja finish
    mov [B_MODE], bl
    mov bh, 80
    cmp bl, 2
    jae .wide
    mov bh, 40
.wide:
    mov [B_COLUMNS], bh
    mov byte [B_COLUMNS + 1], 0
    mov word [B_PAGE_SIZE], 0x1000
    mov word [B_PAGE_AT], 0
    mov byte [B_PAGE], 0
    mov word [B_CRTC], 0x3d4
    mov byte [B_ROWS], 24
    mov word [B_HEIGHT], 16
    mov dword [B_CURSOR], 0
    mov dword [B_CURSOR + 4], 0
    mov dword [B_CURSOR + 8], 0
    mov dword [B_CURSOR + 12], 0
    mov word [B_SHAPE], 0x0d0e
    test al, 0x80
    jnz .kept
    push 0xb800
    pop es
    xor di, di
    mov cx, 0x4000
    mov ax, 0x0720
    rep stosw
.kept:
    call set_registers
    jmp finish

; The registers of 720x400 text with 16-line characters; 40 columns differ in a few CRT controller registers.
set_registers:
    push ds
    push cs
    pop ds
    mov dx, 0x3c2
    mov al, 0x67
    out dx, al
    mov si, sequencer_values
    mov dx, 0x3c4
    mov cx, 5
    call .file
    mov dx, 0x3d4
    mov ax, 0x0011              ; unlock registers 0 … 7
    out dx, ax
    mov si, crtc_values
    cmp bh, 80
    je .wide
    mov si, crtc_values_40
.wide:
    mov cx, 25
    call .file
    mov si, graphics_values
    mov dx, 0x3ce
    mov cx, 9
    call .file
    mov dx, 0x3da
    in al, dx                   ; 3C0 takes an index next
    mov si, attribute_values
    mov dx, 0x3c0
    xor ah, ah
    mov cx, 21
.attribute:
    mov al, ah
    out dx, al
    lodsb
    out dx, al
    inc ah
    loop .attribute
    mov al, 0x20                ; show the screen
    out dx, al
    call set_palette
    pop ds
    ret
; CX registers from DS:SI to the index and data ports at DX.
.file:
    xor al, al
.register:
    mov ah, [si]
    inc si
    out dx, ax
    inc al
    loop .register
    ret

; The 64 colours of an EGA: bits 5 … 0 of the number are r g b R G B, a capital two thirds, a small letter one third.
set_palette:
    mov dx, 0x3c8
    xor al, al
    out dx, al
    inc dx
    xor bl, bl
.colour:
    mov cl, 2                   ; red, green, blue
.part:
    mov bh, bl
    shr bh, cl
    xor al, al
    test bh, 1
    jz .dark
    mov al, 0x2a
.dark:
    test bh, 8
    jz .dim
    add al, 0x15
.dim:
    out dx, al
    dec cl
    jns .part
    inc bl
    cmp bl, 64
    jb .colour
    ret

sequencer_values:
    db 0x03, 0x00, 0x03, 0x00, 0x02
crtc_values:
    db 0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00
    db 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff
crtc_values_40:
    db 0x2d, 0x27, 0x28, 0x90, 0x2b, 0xa0, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00
    db 0x9c, 0x8e, 0x8f, 0x14, 0x1f, 0x96, 0xb9, 0xa3, 0xff
graphics_values:
    db 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff
attribute_values:
    db 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f
    db 0x0c, 0x00, 0x0f, 0x08, 0x00
`;
