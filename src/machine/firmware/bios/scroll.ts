/** INT 10h services 06h and 07h: scrolling. */
export const SCROLL = `
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
`;
