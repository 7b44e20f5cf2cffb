/** INT 8 and INT 1Ah: the ticks of the timer and the clock in CMOS. */
export const TIME = `
; ---------------------------------------------------------------- IRQ 0: timer
TICKS_A_DAY equ 0x1800b0

tick:
    push ds
    push eax
    push BDA
    pop ds
    mov eax, [B_TICKS]
    inc eax
    cmp eax, TICKS_A_DAY
    jb .today
    xor eax, eax
    mov byte [B_MIDNIGHT], 1
.today:
    mov [B_TICKS], eax
    int 0x1c                    ; who wants to know
    mov al, 0x20
    out 0x20, al
    pop eax
    pop ds
    iret

; Ticks since midnight from the clock: seconds · 1193182 / 65536.
set_ticks:
    mov al, 4                   ; hours
    call cmos_number
    imul ecx, eax, 60
    mov al, 2
    call cmos_number
    add ecx, eax
    imul ecx, ecx, 60
    xor al, al
    call cmos_number
    add eax, ecx
    mov ecx, 1193182
    mul ecx
    shrd eax, edx, 16
    mov [B_TICKS], eax
    ret

; EAX = the number in CMOS register AL, which is in BCD.
cmos_number:
    call cmos_read
    mov ah, al
    shr ah, 4
    and al, 0x0f
    aad
    movzx eax, ax
    ret

; AL = CMOS register AL.
cmos_read:
    out 0x70, al
    in al, 0x71
    ret

; CMOS register AL = AH.
cmos_write:
    out 0x70, al
    mov al, ah
    out 0x71, al
    ret

; ---------------------------------------------------------------- INT 1Ah: time
time:
    call begin
    cmp ah, 5
    ja fail
    movzx bx, ah
    add bx, bx
    jmp word [cs:.services + bx]
.services:
    dw .ticks, .set_ticks, .time, .set_time, .date, .set_date

.ticks:                         ; 00h: CX:DX ticks, AL: midnight has passed since the last call
    xor al, al
    xchg al, [B_MIDNIGHT]
    mov [bp + F_AL], al
    mov ax, [B_TICKS]
    mov [bp + F_DX], ax
    mov ax, [B_TICKS + 2]
    mov [bp + F_CX], ax
    jmp succeed
.set_ticks:                     ; 01h
    mov [B_TICKS], dx
    mov [B_TICKS + 2], cx
    mov byte [B_MIDNIGHT], 0
    jmp succeed

; 02h: CH:CL:DH, in BCD; DL: daylight saving. 04h: CH CL century and year, DH month, DL day.
.time:
    call wait_for_clock
    xor al, al
    call cmos_read
    mov [bp + F_DH], al
    mov al, 2
    call cmos_read
    mov [bp + F_CL], al
    mov al, 4
    call cmos_read
    mov [bp + F_CH], al
    mov al, 0x0b
    call cmos_read
    and al, 1
    mov [bp + F_DL], al
    jmp succeed
.date:
    call wait_for_clock
    mov al, 7
    call cmos_read
    mov [bp + F_DL], al
    mov al, 8
    call cmos_read
    mov [bp + F_DH], al
    mov al, 9
    call cmos_read
    mov [bp + F_CL], al
    mov al, 0x32
    call cmos_read
    mov [bp + F_CH], al
    jmp succeed

; 03h, 05h: the same registers the other way.
.set_time:
    call stop_clock
    xor al, al
    mov ah, [bp + F_DH]
    call cmos_write
    mov al, 2
    mov ah, [bp + F_CL]
    call cmos_write
    mov al, 4
    mov ah, [bp + F_CH]
    call cmos_write
    jmp .go_on
.set_date:
    call stop_clock
    mov al, 7
    mov ah, [bp + F_DL]
    call cmos_write
    mov al, 8
    mov ah, [bp + F_DH]
    call cmos_write
    mov al, 9
    mov ah, [bp + F_CL]
    call cmos_write
    mov al, 0x32
    mov ah, [bp + F_CH]
    call cmos_write
.go_on:
    mov ax, 0x020b              ; the clock runs, 24 hours, BCD
    call cmos_write
    jmp succeed

stop_clock:
    mov ax, 0x820b
    jmp cmos_write

; Until the clock is not just changing.
wait_for_clock:
    mov al, 0x0a
    call cmos_read
    test al, 0x80
    jnz wait_for_clock
    ret
`;
