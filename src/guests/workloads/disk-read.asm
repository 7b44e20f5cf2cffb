; Sectors of the disk, one by one, each a wait for an interrupt. Dword n of the area is a known hash of n (disk-data.ts).

%include "program.asm"

name:
        db      "disk-read", 0

SECTORS        equ 256                  ; in the area; reading wraps

        align   4
param_sectors:
        dd      0
param_data_sector:                      ; where the area begins; the builder knows
        dd      0
buffer:
        times   512 db 0

main:
        xor     edi, edi                ; sector
        xor     ebp, ebp                ; sum of all dwords
        call    begin
.sector:
        mov     ebx, edi
        and     ebx, SECTORS - 1
        add     ebx, [param_data_sector]
        mov     esi, buffer
        sys     disk_read
        check   "not read"
        mov     ecx, 128
.sum:
        add     ebp, [esi]
        add     esi, 4
        loop    .sum
        inc     edi
        cmp     edi, [param_sectors]
        jb      .sector
        call    finish
        mov     eax, edi
        mov     ebx, ebp
        jmp     report
