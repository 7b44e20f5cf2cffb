/** INT 13h: hard disks behind the IDE channels, by cylinder, head and sector and by number (EDD). */
import { FLOPPIES, sectorsOf } from "../floppies.ts";

const SIZES = FLOPPIES.map((floppy) => {
  const { heads, track, cylinders, type } = floppy;
  return `    dw ${sectorsOf(floppy)}\n    db ${heads}, ${track}, ${cylinders}, ${type}`;
}).join("\n");

export const DISK = `
; ---------------------------------------------------------------- INT 13h: disks
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

; A disk of one of these sizes is drive 00h, too: sectors; tracks of a cylinder, sectors of a track, cylinders, type.
floppy_sizes:
${SIZES}
    dw 0

; What a floppy controller would be told: 512 bytes, 18 sectors of a track; INT 1Eh points here.
diskette_parameters:
    db 0xaf, 0x02, 0x25, 2, 18, 0x1b, 0xff, 0x6c, 0xf6, 15, 8

; The first disk as drive 00h, so that what was written for a floppy finds the geometry that it knows.
find_floppy:
    push EBDA
    pop es
    mov si, floppy_sizes
    cmp word [es:E_DISKS + D_SECTORS + 2], 0
    jne .none
.next:
    mov ax, [cs:si]
    test ax, ax
    jz .none
    cmp ax, [es:E_DISKS + D_SECTORS]
    je .found
    add si, 6
    jmp .next
.found:
    mov eax, [es:E_DISKS]       ; port and device
    mov [es:E_FLOPPY], eax
    mov eax, [es:E_DISKS + D_SECTORS]
    mov [es:E_FLOPPY + D_SECTORS], eax
    mov di, E_FLOPPY + D_HEADS
    xor ah, ah
    mov al, [cs:si + 2]
    stosw
    mov al, [cs:si + 3]
    stosw
    mov al, [cs:si + 4]
    stosw
    mov al, [cs:si + 5]
    mov [es:E_FLOPPY + D_TYPE], al
    or byte [B_EQUIPMENT], 1
.none:
    ret

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
