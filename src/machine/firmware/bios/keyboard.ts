/** INT 9 and INT 16h: keys from the keyboard into the buffer, and out of it. */
export const KEYBOARD = `
; ---------------------------------------------------------------- IRQ 1: keyboard
; Bits of B_SHIFT, and of B_KEYBOARD: the code before was E0h.
RIGHT_SHIFT equ 0x01
LEFT_SHIFT  equ 0x02
CONTROL     equ 0x04
ALT         equ 0x08
CAPS_LOCK   equ 0x40
EXTENDED    equ 0x02

key:
    push ds
    pushad
    push BDA
    pop ds
    cld
    in al, 0x60
    cmp al, 0xe0
    jne .code
    or byte [B_KEYBOARD], EXTENDED
    jmp .end
.code:
    mov bh, al                  ; BH = the code with "released" in bit 7, BL without
    mov bl, al
    and bl, 0x7f
    mov si, shift_keys
.shift:
    mov ax, [cs:si]             ; a key and its bit
    add si, 2
    test al, al
    jz .other
    cmp al, bl
    jne .shift
    cmp ah, LEFT_SHIFT          ; E0h and a shift is no shift: it goes along with an arrow key
    ja .real
    test byte [B_KEYBOARD], EXTENDED
    jnz .seen
.real:
    test bh, bh
    js .released
    or [B_SHIFT], ah
    jmp .seen
.released:
    not ah
    and [B_SHIFT], ah
    jmp .seen
.other:
    test bh, bh
    js .seen
    cmp bl, 0x3a
    jne .character
    xor byte [B_SHIFT], CAPS_LOCK
    jmp .seen
.character:
    call find_character
    jc .seen
    call store_key
.seen:
    and byte [B_KEYBOARD], ~EXTENDED & 0xff
.end:
    mov al, 0x20
    out 0x20, al
    popad
    pop ds
    iret

shift_keys:
    db 0x36, RIGHT_SHIFT
    db 0x2a, LEFT_SHIFT
    db 0x1d, CONTROL
    db 0x38, ALT
    dw 0

; AL = the character of key BL with the shift keys as they are, 0 when it has none; AH = BL. Carry: nothing is typed.
find_character:
    mov ah, bl
    xor al, al
    movzx si, bl
    cmp bl, 0x39
    ja .special
    mov al, [cs:plain_keys + si]
    test byte [B_SHIFT], ALT
    jnz .nothing
    test byte [B_SHIFT], CONTROL
    jnz .control
    test byte [B_SHIFT], LEFT_SHIFT + RIGHT_SHIFT
    jz .caps
    mov al, [cs:shifted_keys + si]
.caps:
    test byte [B_SHIFT], CAPS_LOCK
    jz .end
    mov dl, al
    or dl, 0x20
    sub dl, 'a'
    cmp dl, 26
    jae .end
    xor al, 0x20
    jmp .end
.control:
    cmp al, 0x40
    jb .below
    and al, 0x1f
    jmp .end
.below:
    cmp al, 13
    jne .backspace
    mov al, 10
    jmp .end
.backspace:
    cmp al, 8
    jne .end
    mov al, 0x7f
    jmp .end
.special:                       ; function, arrow and editing keys
    cmp bl, 0x58
    ja .none
    cmp bl, 0x45                ; Num Lock, Scroll Lock
    je .none
    cmp bl, 0x46
    je .none
    cmp bl, 0x4a
    jne .plus
    mov al, '-'
.plus:
    cmp bl, 0x4e
    jne .end
    mov al, '+'
.end:
    test al, al
    jnz .some
    cmp bl, 0x3b                ; a key without a character counts from F1 on
    jb .none
.some:
    clc
    ret
.nothing:
    xor al, al
    clc
    ret
.none:
    stc
    ret

plain_keys:
    db 0, 27, '1234567890-=', 8, 9, 'qwertyuiop[]', 13, 0, 'asdfghjkl;', 39, 96, 0, 92, 'zxcvbnm,./', 0, '*', 0, ' '
shifted_keys:
    db 0, 27, '!@#$%^&*()_+', 8, 0, 'QWERTYUIOP{}', 13, 0, 'ASDFGHJKL:', 34, '~', 0, '|', 'ZXCVBNM<>?', 0, '*', 0, ' '

; Puts AX into the keyboard buffer. Carry: it is full. Destroys SI, DI.
store_key:
    mov si, [B_TAIL]
    mov di, si
    call next_key
    cmp di, [B_HEAD]
    je .full
    mov [si], ax
    mov [B_TAIL], di
    clc
    ret
.full:
    stc
    ret

; DI = the place after DI in the keyboard buffer.
next_key:
    add di, 2
    cmp di, [B_KEYS_TO]
    jb .inside
    mov di, [B_KEYS_FROM]
.inside:
    ret

; ---------------------------------------------------------------- INT 16h: keyboard
keyboard:
    call begin
    mov bl, ah
    and bl, 0xef                ; 10h, 11h, 12h are those of the larger keyboard
    jz .read
    cmp bl, 1
    je .look
    cmp bl, 2
    je .shift
    cmp ah, 5
    je .store
    jmp finish
.read:                          ; 00h: AX = the next key; sleeps until there is one
    mov di, [B_HEAD]
    cmp di, [B_TAIL]
    jne .there
    sti
    hlt
    cli
    jmp .read
.there:
    mov ax, [di]
    mov [bp + F_AX], ax
    call next_key
    mov [B_HEAD], di
    jmp finish
.look:                          ; 01h: zero flag: no key; otherwise AX is the next, which stays
    mov di, [B_HEAD]
    cmp di, [B_TAIL]
    je .none
    mov ax, [di]
    mov [bp + F_AX], ax
    and byte [bp + F_FLAGS], ~ZERO & 0xff
    jmp finish
.none:
    or byte [bp + F_FLAGS], ZERO
    or byte [bp + F_FLAGS + 1], 2       ; who looks for keys in a loop wants them to come
    jmp finish
.shift:                         ; 02h: AL = shift keys held and locked; 12h: AH = which ones, left and right
    mov al, [B_SHIFT]
    mov [bp + F_AL], al
    cmp ah, 2
    je .told
    mov al, [B_SHIFT + 1]
    mov [bp + F_AH], al
.told:
    jmp finish
.store:                         ; 05h: CX as if it had been typed; AL = 1: no room
    mov ax, cx
    call store_key
    setc byte [bp + F_AL]
    jmp finish
`;
