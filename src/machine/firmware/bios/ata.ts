/** The disks behind the IDE channels: which there are, and moving their sectors. */
export const ATA = `
; ---------------------------------------------------------------- disks
; A disk's entry; disk 80h is the first.
D_PORT      equ 0               ; dw: first port of its channel
D_SELECT    equ 2               ; dw: its device register without an address
D_SECTORS   equ 4               ; dd
D_HEADS     equ 8               ; dw: the geometry that callers see
D_TRACK     equ 10              ; dw: sectors of a track
D_CYLINDERS equ 12              ; dw
D_TYPE      equ 14              ; db: kind of floppy drive (service 08h)
D_SIZE      equ 16

; Scratch of a transfer, after the entries.
E_LBA       equ 0x80            ; dd
E_COUNT     equ 0x84            ; dw: sectors still to move
E_WRITE     equ 0x86            ; db: they go to the disk

; Asks the four places for a disk and enters those that answer.
find_disks:
    push EBDA
    pop es
    mov di, E_DISKS
    mov bx, 0x1f0
    mov cl, 0xe0
    call .ask
    mov cl, 0xf0
    call .ask
    mov bx, 0x170
    mov cl, 0xe0
    call .ask
    mov cl, 0xf0
.ask:                           ; channel BX, device CL
    lea dx, [bx + 6]
    mov al, cl
    out dx, al
    inc dx
    in al, dx
    test al, al                 ; 0 and FFh: nothing is connected
    jz .absent
    inc al
    jz .absent
    lea dx, [bx + 0x206]        ; no interrupts: the BIOS looks at the status
    mov al, 2
    out dx, al
    lea dx, [bx + 7]
    mov al, 0xec
    out dx, al
    call ata_wait
    jc .absent
    test al, 8
    jz .absent
    mov [es:di + D_PORT], bx
    mov [es:di + D_SELECT], cl
    mov dx, bx
    xor si, si
.word:                          ; 256 words
    in ax, dx
    cmp si, 60                  ; words 60, 61: sectors
    jne .high
    mov [es:di + D_SECTORS], ax
.high:
    cmp si, 61
    jne .next
    mov [es:di + D_SECTORS + 2], ax
.next:
    inc si
    cmp si, 256
    jb .word
    call set_geometry
    add di, D_SIZE
    inc byte [B_DISKS]
.absent:
    lea dx, [bx + 0x206]
    mov al, 8
    out dx, al
    ret

; The geometry that callers see: 63 sectors, as many heads as 1024 cylinders need ("LBA translation").
set_geometry:
    mov eax, [es:di + D_SECTORS]
    xor edx, edx
    mov esi, 63
    div esi                     ; EAX = tracks
    mov word [es:di + D_TRACK], 63
    mov si, 16
.double:
    mov edx, eax
    shr edx, 10
    cmp edx, esi
    jbe .enough
    add si, si
    cmp si, 256
    jb .double
    dec si                      ; 255 at most
.enough:
    mov [es:di + D_HEADS], si
    xor edx, edx
    div esi
    test eax, eax
    jnz .some
    inc ax
.some:
    cmp eax, 1024
    jbe .fits
    mov ax, 1024
.fits:
    mov [es:di + D_CYLINDERS], ax
    ret

; Waits while the channel BX is busy. AL = status; carry: an error, or the drive never answered.
ata_wait:
    push ecx
    mov ecx, 10000000
    lea dx, [bx + 7]
.busy:
    in al, dx
    test al, 0x80
    jz .ready
    dec ecx
    jnz .busy
    stc
    pop ecx
    ret
.ready:
    pop ecx
    test al, 0x21               ; error, device fault; clears carry
    jz .good
    stc
.good:
    ret

; Moves E_COUNT sectors from E_LBA on, to or from ES:DI, with the disk at FS:SI. Carry: AH = what went wrong.
; Destroys all but BP, DS.
transfer:
    mov eax, [fs:E_LBA]
    movzx ecx, word [fs:E_COUNT]
    add ecx, eax
    jc .beyond
    cmp ecx, [fs:si + D_SECTORS]
    ja .beyond
    mov bx, [fs:si + D_PORT]
    lea dx, [bx + 0x206]
    mov al, 2
    out dx, al
.part:                          ; a command moves at most 255 sectors here
    mov ax, [fs:E_COUNT]
    test ax, ax
    jz .done
    mov cx, 255
    cmp ax, cx
    ja .many
    mov cx, ax
.many:
    call .command
    movzx ecx, cx
    add [fs:E_LBA], ecx
    sub [fs:E_COUNT], cx
.sector:
    call ata_wait
    jc .error
    test al, 8
    jz .error
    mov ax, di                  ; bring the buffer's offset below 16, so that a sector never wraps
    shr ax, 4
    mov dx, es
    add ax, dx
    mov es, ax
    and di, 15
    push cx
    push si
    mov cx, 256
    mov dx, bx
    cmp byte [fs:E_WRITE], 0
    jne .out
    rep insw
    jmp .moved
.out:
    push ds
    push es
    pop ds
    mov si, di
    rep outsw
    mov di, si
    pop ds
.moved:
    pop si
    pop cx
    loop .sector
    call ata_wait
    jc .error
    jmp .part
.done:
    lea dx, [bx + 0x206]
    mov al, 8                   ; interrupts again, for those who want them
    out dx, al
    xor ah, ah                  ; clears carry
    ret
.beyond:
    mov ah, 0x01                ; there is no such sector
    stc
    ret
.error:
    mov ah, 0x20                ; controller failure
    stc
    ret
; READ or WRITE SECTORS, CL of them.
.command:
    lea dx, [bx + 2]
    mov al, cl
    out dx, al
    inc dx
    mov eax, [fs:E_LBA]
    out dx, al
    inc dx
    shr eax, 8
    out dx, al
    inc dx
    shr eax, 8
    out dx, al
    inc dx
    mov al, ah
    and al, 0x0f
    or al, [fs:si + D_SELECT]
    out dx, al
    inc dx
    mov al, 0x20
    cmp byte [fs:E_WRITE], 0
    je .go
    mov al, 0x30
.go:
    out dx, al
    ret
`;
