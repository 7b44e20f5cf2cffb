; The bus master of the second channel (SFF-8038i; 82371SB, 2.5.3 and 2.7): it moves a request's data by itself.

IDE_FUNCTION   equ 0x70108086          ; of the PIIX3
IDE_PORTS      equ 0x20                ; base address register 4
CHANNEL        equ 8                   ; the second
MASTER_STATUS  equ 2
MASTER_TABLE   equ 4
MASTER_START   equ 1
MASTER_READS   equ 8                   ; from the disk into memory
MASTER_ERROR   equ 2
MASTER_CLEAR   equ 6                   ; error and interrupt, by writing ones
REGIONS        equ SHARED              ; the one region of a request: address, bytes (0: 64 KB), end of table
LAST_REGION    equ 1 << 31

; EAX = 0, or what is wrong.
dma_init:
        push    ebx
        mov     eax, IDE_FUNCTION
        call    pci_find
        mov     eax, .absent
        jc      .out
        mov     eax, IDE_PORTS
        call    pci_read
        and     eax, 0xFFFC
        add     eax, CHANNEL
        mov     [master], eax
        xor     eax, eax
.out:
        pop     ebx
        ret
.absent:
        db      "no bus master for IDE", 0

; The task file has the place of the request ECX; EDX is the command's port.
dma_start:
        push    edx
        mov     eax, [ecx + 8]
        mov     [REGIONS], eax
        mov     eax, [ecx + 4]
        shl     eax, 9
        and     eax, 0xFFFF
        or      eax, LAST_REGION
        mov     [REGIONS + 4], eax
        mov     edx, [master]
        add     edx, MASTER_TABLE
        mov     eax, REGIONS
        out     dx, eax
        sub     edx, MASTER_TABLE - MASTER_STATUS
        in      al, dx
        or      al, MASTER_CLEAR
        out     dx, al
        sub     edx, MASTER_STATUS
        mov     ah, 0xC8                ; READ DMA
        mov     al, MASTER_READS
        cmp     dword [ecx + 12], 0
        je      .direction
        mov     ah, 0xCA                ; WRITE DMA
        mov     al, 0
.direction:
        out     dx, al
        pop     edx
        xchg    al, ah
        out     dx, al
        mov     edx, [master]
        mov     al, ah
        or      al, MASTER_START
        out     dx, al
        ret

; The channel interrupts: EAX = its status, with a failure of the bus master as one of the drive's. Keeps ECX.
dma_stop:
        push    eax
        mov     edx, [master]
        xor     eax, eax
        out     dx, al
        add     edx, MASTER_STATUS
        in      al, dx
        mov     ah, al
        or      al, MASTER_CLEAR
        out     dx, al
        shr     eax, 9                  ; error, as ERR
        and     eax, MASTER_ERROR >> 1
        pop     edx
        or      eax, edx
        ret

        align   4
master:
        dd      0
