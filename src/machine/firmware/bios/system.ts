/** INT 11h, 12h, 15h: what the machine has, how large its memory is. */
export const SYSTEM = `
; ---------------------------------------------------------------- INT 11h, 12h: equipment, base memory
equipment:
    call begin
    mov ax, [B_EQUIPMENT]
    mov [bp + F_AX], ax
    jmp finish

base_memory:
    call begin
    mov ax, [B_MEMORY]
    mov [bp + F_AX], ax
    jmp finish

; ---------------------------------------------------------------- INT 15h: system services
system:
    call begin
    cmp ax, 0xe820
    je memory_map
    cmp ax, 0xe801
    je memory_sizes
    cmp ah, 0x24
    je address_line_20
    cmp ah, 0x86
    je wait_microseconds
    cmp ah, 0x87
    je move_block
    cmp ah, 0x88
    je extended_memory
    cmp ah, 0xc0
    je configuration
    cmp ah, 0xc1
    je extended_data_area
    mov byte [bp + F_AH], 0x86  ; no such service
    jmp fail

; E820h: EDX = "SMAP", EBX = which entry (0 first), ECX bytes at ES:DI. EBX = the next one, 0 after the last.
memory_map:
    cmp edx, 0x534d4150
    jne .refuse
    cmp ecx, 20
    jb .refuse
    cmp ebx, 0xffff
    ja .refuse
    cmp bx, [cs:BOARD_MAP_COUNT]
    jae .refuse
    imul si, bx, 20
    add si, BOARD_MAP
    mov cx, 10
    push cs
    pop ds
    rep movsw
    inc bx
    cmp bx, [cs:BOARD_MAP_COUNT]
    jb .more
    xor bx, bx
.more:
    movzx ebx, bx
    mov [bp + F_BX], ebx
    mov dword [bp + F_CX], 20
    mov dword [bp + F_AX], 0x534d4150
    jmp succeed
.refuse:
    mov byte [bp + F_AH], 0x86
    jmp fail

; E801h: AX, CX = KiB from 1 MiB to 16 MiB; BX, DX = blocks of 64 KiB above.
memory_sizes:
    mov ax, [cs:BOARD_KIB_15M]
    mov [bp + F_AX], ax
    mov [bp + F_CX], ax
    mov ax, [cs:BOARD_64K_16M]
    mov [bp + F_BX], ax
    mov [bp + F_DX], ax
    jmp succeed

; 88h: AX = KiB from 1 MiB on, as far as 16 bits go.
extended_memory:
    movzx eax, word [cs:BOARD_64K_16M]
    shl eax, 6
    movzx ecx, word [cs:BOARD_KIB_15M]
    add eax, ecx
    cmp eax, 0xfc00             ; 64 MiB are the most that this old service knows
    jbe .fits
    mov ax, 0xfc00
.fits:
    mov [bp + F_AX], ax
    jmp succeed

; 2400h … 2403h: off, on, state, how it can be switched (by the keyboard controller and by port 92h).
address_line_20:
    cmp al, 3
    ja .unknown
    mov byte [bp + F_AH], 0
    je .support
    cmp al, 1
    ja .state
    mov bl, al
    in al, 0x92
    and al, 0xfc
    add bl, bl
    or al, bl
    out 0x92, al
    jmp succeed
.state:
    in al, 0x92
    shr al, 1
    and al, 1
    mov [bp + F_AL], al
    jmp succeed
.support:
    mov word [bp + F_BX], 3
    jmp succeed
.unknown:
    mov byte [bp + F_AH], 0x86
    jmp fail

; 86h: waits CX:DX microseconds: the refresh bit of port 61h turns every 15.085 of them.
wait_microseconds:
    sti
    mov eax, ecx
    shl eax, 16
    mov ax, dx
    xor edx, edx
    mov ecx, 15
    div ecx
    mov ecx, eax
    inc ecx
    in al, 0x61
    mov ah, al
.turn:
    in al, 0x61
    xor al, ah
    test al, 0x10
    jz .turn
    xor ah, al
    dec ecx
    jnz .turn
    jmp succeed

; 87h: copies CX words between the segments that the descriptors at ES:SI + 10h and ES:SI + 18h describe, in protected mode.
move_block:
    cli
    mov es, [bp + F_ES]
    mov si, [bp + F_SI]
    mov eax, 0                  ; descriptor 8: the caller's table as data, so that real mode's limits come back
    mov word [es:si + 8], 0xffff
    mov dword [es:si + 10], 0x93000000
    mov word [es:si + 14], 0
    movzx eax, word [bp + F_ES]
    shl eax, 4
    movzx ecx, si
    add eax, ecx                ; EAX = the table's address
    push eax
    push word 0x2f
    mov bx, sp
    lgdt [ss:bx]
    add sp, 6
    mov cx, [bp + F_CX]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    mov ax, 0x10
    mov ds, ax
    mov ax, 0x18
    mov es, ax
    xor si, si
    xor di, di
    rep movsw
    mov ax, 0x08
    mov ds, ax
    mov es, ax
    mov eax, cr0
    and al, 0xfe
    mov cr0, eax
    mov byte [bp + F_AH], 0
    jmp succeed

; C0h: ES:BX = the table of what the machine is.
configuration:
    mov word [bp + F_BX], .table
    mov [bp + F_ES], cs
    mov byte [bp + F_AH], 0
    jmp succeed
.table:
    dw 8                        ; bytes that follow
    db 0xfc, 0, 0               ; a PC/AT; submodel, revision
    db 0x74, 0, 0, 0, 0         ; two interrupt controllers, a clock, keyboard intercept, an EBDA

; C1h
extended_data_area:
    mov word [bp + F_ES], EBDA
    jmp succeed
`;
