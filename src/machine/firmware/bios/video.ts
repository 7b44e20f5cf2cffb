/** INT 10h: the text screen. */
export const VIDEO = `
; ---------------------------------------------------------------- INT 10h: video
video:
    call begin
    cmp ah, 0x13
    je write_string
    cmp ah, 0x12
    je video_information
    cmp ah, 0x1a
    je display_combination
    cmp ah, 0x0f
    ja finish
    movzx bx, ah
    add bx, bx
    jmp word [cs:.services + bx]
.services:
    dw set_mode, set_shape, set_cursor, get_cursor, finish, set_page, scroll_up, scroll_down
    dw read_character, write_attribute, write_character, finish, finish, finish, teletype, get_mode

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

; 01h: CH, CL are the cursor's first and last line, counted as in a character of 8 lines when they fit there.
set_shape:
    mov [B_SHAPE], cx
    test ch, 0x20
    jnz .set
    cmp cl, 8
    jae .set
    shl cl, 1
    inc cl
    shl ch, 1
.set:
    mov dx, [B_CRTC]
    mov al, 0x0a
    mov ah, ch
    out dx, ax
    inc al
    mov ah, cl
    out dx, ax
    jmp finish

; 02h: DH, DL row and column of page BH.
set_cursor:
    mov bh, [bp + F_BH]
    call place_cursor
    jmp finish

; Cursor of page BH to row DH, column DL. Destroys AX, BX, CX, DX.
place_cursor:
    movzx bx, bh
    and bl, 7
    push bx
    add bx, bx
    mov [B_CURSOR + bx], dx
    pop bx
    cmp bl, [B_PAGE]
    je show_cursor
    ret

; Shows the cursor of the page that is shown. Destroys AX, BX, CX, DX.
show_cursor:
    movzx bx, byte [B_PAGE]
    add bx, bx
    mov dx, [B_CURSOR + bx]
    mov al, dh
    mul byte [B_COLUMNS]
    xor dh, dh
    add ax, dx
    mov cx, [B_PAGE_AT]
    shr cx, 1
    add cx, ax
    mov dx, [B_CRTC]
    mov al, 0x0e
    mov ah, ch
    out dx, ax
    inc al
    mov ah, cl
    out dx, ax
    ret

; 03h
get_cursor:
    movzx bx, byte [bp + F_BH]
    and bl, 7
    add bx, bx
    mov dx, [B_CURSOR + bx]
    mov [bp + F_DX], dx
    mov cx, [B_SHAPE]
    mov [bp + F_CX], cx
    jmp finish

; 05h: shows page AL.
set_page:
    cmp al, 7
    ja finish
    mov [B_PAGE], al
    movzx ax, al
    mul word [B_PAGE_SIZE]
    mov [B_PAGE_AT], ax
    shr ax, 1
    mov cx, ax
    mov dx, [B_CRTC]
    mov al, 0x0c
    mov ah, ch
    out dx, ax
    inc al
    mov ah, cl
    out dx, ax
    call show_cursor
    jmp finish

; 0Fh
get_mode:
    mov al, [B_MODE]
    mov ah, [B_COLUMNS]
    mov [bp + F_AX], ax
    mov al, [B_PAGE]
    mov [bp + F_BH], al
    jmp finish

; 06h, 07h: scroll the window CH, CL … DH, DL by AL rows, 0 clears it; BH fills.
scroll_up:
    xor si, si
    jmp scroll_window
scroll_down:
    mov si, 1
scroll_window:
    mov bh, [bp + F_BH]
    call scroll
    jmp finish

; Scrolls a window of the shown page; SI = 0: up, otherwise down. Destroys all but BP, DS.
scroll:
    push 0xb800
    pop es
    mov ah, [B_ROWS]
    cmp dh, ah
    jbe .rows
    mov dh, ah
.rows:
    mov ah, [B_COLUMNS]
    dec ah
    cmp dl, ah
    jbe .columns
    mov dl, ah
.columns:
    sub dl, cl                  ; DL = width, DH = height
    jc .end
    inc dl
    sub dh, ch
    jc .end
    inc dh
    mov bl, al                  ; BL = rows to clear
    test al, al
    jz .all
    cmp al, dh
    jbe .some
.all:
    mov bl, dh
.some:
    mov al, ch                  ; the row that is filled first: the top one, scrolling down the bottom one
    test si, si
    jz .from
    add al, dh
    dec al
.from:
    mul byte [B_COLUMNS]
    movzx cx, cl
    add ax, cx
    add ax, ax
    add ax, [B_PAGE_AT]
    mov di, ax
    mov ax, [B_COLUMNS]
    add ax, ax
    test si, si
    jz .step
    neg ax
.step:                          ; AX = bytes to the next row to fill
    movzx si, bl
    imul si, ax
    add si, di                  ; it is filled from BL rows further
    push ds
    push es
    pop ds
    sub dh, bl                  ; DH = rows to copy
    jz .clear
.copy:
    push si
    push di
    movzx cx, dl
    rep movsw
    pop di
    pop si
    add si, ax
    add di, ax
    dec dh
    jnz .copy
.clear:
    mov si, ax
    mov ah, bh
    mov al, 0x20
.row:
    push di
    movzx cx, dl
    rep stosw
    pop di
    add di, si
    dec bl
    jnz .row
    pop ds
.end:
    ret

; ES:DI = the cell at the cursor of page BH. Destroys AX, DX.
cell:
    push bx
    movzx bx, bh
    and bl, 7
    mov ax, bx
    mul word [B_PAGE_SIZE]
    mov di, ax
    add bx, bx
    mov al, [B_CURSOR + 1 + bx]
    mul byte [B_COLUMNS]
    add al, [B_CURSOR + bx]
    adc ah, 0
    add ax, ax
    add di, ax
    push 0xb800
    pop es
    pop bx
    ret

; 08h
read_character:
    mov bh, [bp + F_BH]
    call cell
    mov ax, [es:di]
    mov [bp + F_AX], ax
    jmp finish

; 09h: AL with attribute BL, CX times; 0Ah: without the attribute.
write_attribute:
    mov bx, [bp + F_BX]
    call cell
    mov al, [bp + F_AL]
    mov ah, bl
    rep stosw
    jmp finish
write_character:
    mov bh, [bp + F_BH]
    call cell
    mov al, [bp + F_AL]
    jcxz .done
.next:
    stosb
    inc di
    loop .next
.done:
    jmp finish

; 0Eh: AL at the cursor, which moves on; bell, backspace, line feed and return do what they say.
teletype:
    mov bh, [B_PAGE]
    call type
    jmp finish

; Types AL on page BH. Destroys all but BP, DS.
type:
    movzx si, bh
    and si, 7
    add si, si
    mov dx, [B_CURSOR + si]
    cmp al, 7
    je .done
    cmp al, 8
    je .back
    cmp al, 10
    je .feed
    cmp al, 13
    je .return
    push ax
    push dx
    call cell
    pop dx
    pop ax
    mov [es:di], al
    inc dl
    cmp dl, [B_COLUMNS]
    jb .move
    xor dl, dl
.feed:
    inc dh
    cmp dh, [B_ROWS]
    jbe .move
    mov dh, [B_ROWS]
    pusha
    xor cx, cx
    mov dl, [B_COLUMNS]
    dec dl
    mov ax, 1
    mov bh, 7
    xor si, si
    call scroll
    popa
    jmp .move
.back:
    test dl, dl
    jz .done
    dec dl
    jmp .move
.return:
    xor dl, dl
.move:
    call place_cursor
.done:
    ret

; 12h BL = 10h: what an EGA says of itself: colour, 256 KiB.
video_information:
    cmp bl, 0x10
    jne finish
    mov word [bp + F_BX], 0x0003
    mov word [bp + F_CX], 0x0009
    jmp finish

; 1Ah AL = 0: a VGA with a colour monitor.
display_combination:
    test al, al
    jnz finish
    mov byte [bp + F_AL], 0x1a
    mov word [bp + F_BX], 0x0008
    jmp finish

; 13h: CX characters at ES:BP to row DH, column DL of page BH. AL bit 0: the cursor moves; bit 1: attributes follow characters.
write_string:
    jcxz .none
    movzx bx, byte [bp + F_BH]
    and bl, 7
    add bx, bx
    push word [B_CURSOR + bx]
    push bx
    mov bh, [bp + F_BH]
    push cx
    call place_cursor
    pop cx
    mov si, [bp + F_BP]
.next:
    push cx
    mov es, [bp + F_ES]
    mov al, [es:si]
    inc si
    mov bl, [bp + F_BL]
    test byte [bp + F_AL], 2
    jz .plain
    mov bl, [es:si]
    inc si
.plain:
    mov bh, [bp + F_BH]
    cmp al, 7
    jb .visible
    cmp al, 8
    jbe .type
    cmp al, 10
    je .type
    cmp al, 13
    je .type
.visible:
    push ax
    call cell
    mov [es:di + 1], bl
    pop ax
.type:
    push si
    call type
    pop si
    pop cx
    loop .next
    pop bx
    pop dx
    test byte [bp + F_AL], 1
    jnz .none
    mov bh, [bp + F_BH]
    call place_cursor
.none:
    jmp finish
`;
