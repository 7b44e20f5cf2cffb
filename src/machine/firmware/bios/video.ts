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
