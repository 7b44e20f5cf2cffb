/** INT 18h and INT 19h: starts a kernel that the loader has left in memory, or the first disk's boot sector. */
export const BOOT = `
; ---------------------------------------------------------------- INT 19h: boot
boot:
    cli
    cld
    xor ax, ax
    mov ss, ax
    mov sp, 0x7c00
    mov ax, 0x10                ; fw_cfg: the entry point of a kernel that is in memory already
    call configured
    test eax, eax
    jnz start_kernel
    sti
    push BDA
    pop ds
    cmp byte [B_DISKS], 0
    je no_boot
    xor ax, ax
    mov es, ax
    mov bx, 0x7c00
    mov ax, 0x0201
    mov cx, 0x0001
    mov dl, [B_EQUIPMENT]       ; bit 0: there is a drive 00h, which is the first disk
    not dl
    shl dl, 7
    xor dh, dh
    int 0x13
    jc .unreadable
    cmp word [es:0x7dfe], 0xaa55
    jne no_boot
    xor ax, ax
    mov ds, ax
    jmp 0x0000:0x7c00
.unreadable:
    mov si, unreadable_disk
    jmp stop

no_boot:
    mov si, no_boot_sector
; Shows the text at CS:SI and stops for good.
stop:
    mov al, [cs:si]
    inc si
    test al, al
    jz .end
    mov ah, 0x0e
    mov bx, 7
    int 0x10
    jmp stop
.end:
    cli
    hlt
    jmp .end

no_boot_sector:
    db 'No disk with a boot sector (55 AA at its end).', 13, 10, 0
unreadable_disk:
    db 'The first disk cannot be read.', 13, 10, 0

; EAX = the first four bytes of fw_cfg item AX. Destroys CX, DX.
configured:
    mov dx, 0x510
    out dx, ax
    inc dx
    mov cx, 4
.byte:
    in al, dx
    ror eax, 8
    loop .byte
    ret

; A multiboot kernel at EAX: 32-bit protected mode, flat segments, EBX on its boot information.
start_kernel:
    mov esi, eax
    mov ax, 0x0a
    call configured
    mov ebx, eax
    lgdt [cs:flat_table]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp dword 0x08:ROM + .flat
bits 32
.flat:
    mov ax, 0x10
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov ss, ax
    mov esp, 0x7c00
    mov eax, 0x2badb002
    jmp esi
bits 16

flat_segments:
    dq 0
    dq 0x00cf9b000000ffff       ; 08h: code, 4 GiB
    dq 0x00cf93000000ffff       ; 10h: data, 4 GiB
flat_table:
    dw $ - flat_segments - 1
    dd ROM + flat_segments
`;
