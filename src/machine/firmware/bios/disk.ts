/** INT 13h: hard disks by cylinder, head and sector and by number (EDD). */
export const DISK = `
; ---------------------------------------------------------------- INT 13h: disks
disk:
    call begin
    sti
    push fs                     ; FS: the EBDA
    push EBDA
    pop fs
    mov si, dx
    and si, 0x7f
    cmp dl, 0x80
    jae .hard
    mov si, E_FLOPPY
    test dl, dl
    jnz .unknown
    cmp word [fs:si], 0
    je .unknown
    cmp ah, 0x18                ; packets are for hard disks
    jae .unknown
    jmp .entry
.hard:
    mov bl, [B_DISKS]
    xor bh, bh
    cmp si, bx
    jae .unknown
    shl si, 4
    add si, E_DISKS
.entry:                         ; FS:SI = the disk's entry
    movzx bx, ah
    cmp bl, 0x17
    jbe .old
    sub bl, 0x41
    cmp bl, 7
    ja .unknown
    add bx, bx
    jmp word [cs:.extended + bx]
.old:
    add bx, bx
    jmp word [cs:.services + bx]
.services:
    dw .good, .status, .read, .write, .verify, .unknown, .unknown, .unknown
    dw .parameters, .good, .unknown, .unknown, .good, .good, .unknown, .unknown
    dw .good, .good, .unknown, .unknown, .good, .type, .good, .good
.extended:
    dw .present, .read_extended, .write_extended, .verify_extended, .unknown, .unknown, .good, .describe

.unknown:
    mov ah, 0x01
.end:                           ; AH = result
    pop fs
    mov [B_STATUS], ah
    mov [bp + F_AH], ah
    test ah, ah
    jz succeed
    jmp fail
.good:
    xor ah, ah
    jmp .end
.status:
    mov ah, [B_STATUS]
    jmp .end

; 02h, 03h, 04h: AL sectors from cylinder CH and CL bits 7 6, head DH, sector CL bits 5 … 0.
.verify:
    call .from_geometry
    jc .unknown
    movzx ecx, word [fs:E_COUNT]
    add eax, ecx
    cmp eax, [fs:si + D_SECTORS]
    jbe .good
    jmp .unknown
.write:
    mov byte [fs:E_WRITE], 1
    jmp .move
.read:
    mov byte [fs:E_WRITE], 0
.move:
    call .from_geometry
    jc .unknown
    mov es, [bp + F_ES]
    mov di, [bp + F_BX]
    call transfer
    jnc .good
    jmp .end
; EAX, E_LBA, E_COUNT from the caller's registers. Carry: there is no such sector.
.from_geometry:
    mov al, [bp + F_AL]
    xor ah, ah
    mov [fs:E_COUNT], ax
    mov cx, [bp + F_CX]
    mov al, ch
    mov ah, cl
    shr ah, 6
    movzx eax, ax
    movzx ebx, word [fs:si + D_HEADS]
    mul ebx
    movzx edx, byte [bp + F_DH]
    cmp dx, bx
    jae .outside
    add eax, edx
    movzx ebx, word [fs:si + D_TRACK]
    mul ebx
    and ecx, 0x3f
    jz .outside
    add eax, ecx
    dec eax
    mov [fs:E_LBA], eax
    clc
    ret
.outside:
    stc
    ret

; 08h: the last cylinder, head and sector, and how many disks there are.
.parameters:
    mov ax, [fs:si + D_CYLINDERS]
    dec ax
    mov cl, ah
    shl cl, 6
    or cl, [fs:si + D_TRACK]
    mov ch, al
    mov [bp + F_CX], cx
    mov al, [fs:si + D_HEADS]
    dec al
    mov [bp + F_DH], al
    mov al, [B_DISKS]
    cmp si, E_FLOPPY
    jne .count
    mov al, [fs:si + D_TYPE]
    mov [bp + F_BX], al
    mov word [bp + F_DI], diskette_parameters
    mov [bp + F_ES], cs
    mov al, 1
.count:
    mov [bp + F_DL], al
    mov byte [bp + F_AL], 0
    jmp .good

; 15h: a hard disk, CX:DX sectors. AH is the answer and no error. 16h, 17h: a floppy is never changed; its format is known.
.type:
    mov byte [bp + F_AH], 1     ; a floppy drive that cannot tell when its disk is changed
    cmp si, E_FLOPPY
    je .told
    mov ax, [fs:si + D_SECTORS]
    mov [bp + F_DX], ax
    mov ax, [fs:si + D_SECTORS + 2]
    mov [bp + F_CX], ax
    mov byte [bp + F_AH], 3
.told:
    pop fs
    mov byte [B_STATUS], 0
    jmp succeed

; 41h: version 1.x, disk access by packet and drive parameters.
.present:
    cmp word [bp + F_BX], 0x55aa
    jne .unknown
    pop fs
    mov word [bp + F_BX], 0xaa55
    mov word [bp + F_CX], 0x0001
    mov byte [bp + F_AH], 0x01
    jmp succeed

; 42h, 43h, 44h: the packet at DS:SI has its size, sectors (2), buffer offset (4) and segment (6), first sector (8, 64 bits).
.verify_extended:
    call .from_packet
    jc .failed
    mov eax, [fs:E_LBA]
    movzx ecx, word [fs:E_COUNT]
    add eax, ecx
    jc .unknown
    cmp eax, [fs:si + D_SECTORS]
    jbe .good
    jmp .unknown
.write_extended:
    mov byte [fs:E_WRITE], 1
    jmp .move_extended
.read_extended:
    mov byte [fs:E_WRITE], 0
.move_extended:
    call .from_packet
    jc .failed
    call transfer
    jnc .good
    mov es, [bp + F_DS]
    mov di, [bp + F_SI]
    mov word [es:di + 2], 0     ; nothing that can be relied on was moved
.failed:
    jmp .end
; E_LBA, E_COUNT, ES:DI from the packet. Carry: AH = what is wrong with it.
.from_packet:
    mov es, [bp + F_DS]
    mov di, [bp + F_SI]
    mov ah, 0x01
    cmp byte [es:di], 16
    jb .outside
    cmp dword [es:di + 12], 0
    jne .outside
    mov ecx, [es:di + 8]
    mov [fs:E_LBA], ecx
    mov cx, [es:di + 2]
    mov [fs:E_COUNT], cx
    les di, [es:di + 4]
    clc
    ret

; 48h: fills the buffer at DS:SI, 26 bytes: flags, cylinders, heads, sectors of a track, all sectors, bytes of a sector.
.describe:
    mov es, [bp + F_DS]
    mov di, [bp + F_SI]
    cmp word [es:di], 26
    jb .unknown
    mov word [es:di], 26
    mov word [es:di + 2], 2     ; the geometry is valid
    movzx eax, word [fs:si + D_CYLINDERS]
    mov [es:di + 4], eax
    movzx eax, word [fs:si + D_HEADS]
    mov [es:di + 8], eax
    movzx eax, word [fs:si + D_TRACK]
    mov [es:di + 12], eax
    mov eax, [fs:si + D_SECTORS]
    mov [es:di + 16], eax
    mov dword [es:di + 20], 0
    mov word [es:di + 24], 512
    jmp .good
`;
