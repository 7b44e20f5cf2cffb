/** INT 14h and INT 17h: the serial port; no printer. */
export const SERIAL = `
; ---------------------------------------------------------------- INT 14h: serial port 0
serial:
    call begin
    test dx, dx
    jnz finish
    cmp ah, 3
    ja finish
    mov dx, [B_SERIAL]
    cmp ah, 1
    jb .set
    je .send
    cmp ah, 2
    je .receive
.status:                        ; 03h: AH line status, AL modem status
    add dx, 5
    in al, dx
    mov [bp + F_AH], al
    inc dx
    in al, dx
    mov [bp + F_AL], al
    jmp finish

; 00h: AL: 7 … 5 rate, 4 3 parity, 2 stop bits, 1 0 length, the last five as in the line control register.
.set:
    movzx bx, al
    shr bx, 5
    add bx, bx
    mov cl, al
    add dx, 3
    mov al, 0x80
    out dx, al
    sub dx, 3
    mov ax, [cs:.divisors + bx]
    out dx, al
    inc dx
    mov al, ah
    out dx, al
    add dx, 2
    mov al, cl
    and al, 0x1f
    out dx, al
    sub dx, 3
    jmp .status
.divisors:
    dw 1047, 768, 384, 192, 96, 48, 24, 12      ; 110 … 9600 bits a second

; 01h: sends AL. 02h: AL = what comes. AH bit 7: nothing happened in time.
.send:
    mov ah, 0x20
    call .wait
    jz .late
    mov al, [bp + F_AL]
    out dx, al
    jmp .line
.receive:
    mov ah, 0x01
    call .wait
    jz .late
    in al, dx
    mov [bp + F_AL], al
.line:
    add dx, 5
    in al, dx
    and al, 0x7f
    mov [bp + F_AH], al
    jmp finish
.late:
    mov byte [bp + F_AH], 0x80
    jmp finish
; Waits for bit AH of the line status; ZF: it did not come.
.wait:
    mov ecx, 500000
    add dx, 5
.again:
    in al, dx
    test al, ah
    jnz .came
    dec ecx
    jnz .again
.came:
    pushf
    sub dx, 5
    popf
    ret

; ---------------------------------------------------------------- INT 17h: printer: there is none
printer:
    call begin
    mov byte [bp + F_AH], 1
    jmp finish
`;
