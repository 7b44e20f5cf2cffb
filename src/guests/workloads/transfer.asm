; Sectors written, then read back; frames sent to who returns them, several on their way. Both hashed.

%include "program.asm"

name:
        db      "transfer", 0

WINDOW         equ 8                    ; frames on their way, at most
GOLDEN         equ 0x9E3779B1
FNV_OFFSET     equ 0x811C9DC5
FNV_PRIME      equ 0x01000193
HEAD           equ 12                   ; addresses: 52:4C:00:00:00:01, from 52:4C:00:00:00:02
TYPE           equ 0xB588               ; 88B5, for experiments (IEEE 802)

        align   4
param_sectors:
        dd      0
param_frames:
        dd      0
param_bytes:                            ; of a frame
        dd      0
param_data_sector:
        dd      0
made:                                   ; dwords
        dd      0
sent:
        dd      0
received:
        dd      0
buffer:
        db      0x52, 0x4C, 0, 0, 0, 1, 0x52, 0x4C, 0, 0, 0, 2
        times   2048 - HEAD db 0

main:
        xor     ebp, ebp                ; checksum
        call    begin
        cmp     dword [param_sectors], 0
        je      frames
        xor     edi, edi
.write:                                 ; dword n is n · GOLDEN, n from 1
        mov     ecx, 128
.fill:
        inc     dword [made]
        imul    eax, [made], GOLDEN
        mov     [sector + ecx * 4 - 4], eax
        loop    .fill
        mov     ebx, edi
        add     ebx, [param_data_sector]
        mov     esi, sector
        sys     disk_write
        check   "not written"
        inc     edi
        cmp     edi, [param_sectors]
        jb      .write
        xor     edi, edi
.read:
        mov     ebx, edi
        add     ebx, [param_data_sector]
        mov     esi, sector
        sys     disk_read
        check   "not read"
        mov     ecx, 128
.sum:
        add     ebp, [esi]
        add     esi, 4
        loop    .sum
        inc     edi
        cmp     edi, [param_sectors]
        jb      .read

frames:
        mov     eax, [param_frames]
        cmp     eax, [received]
        je      done
        cmp     eax, [sent]
        je      .receive
        mov     eax, [sent]
        sub     eax, [received]
        cmp     eax, WINDOW
        je      .receive
        mov     edi, buffer + HEAD
        mov     edx, [sent]
        mov     eax, edx
        shl     eax, 16
        or      eax, TYPE
        stosd
        imul    eax, edx, GOLDEN
        mov     ecx, [param_bytes]
        shr     ecx, 2
        sub     ecx, 4
.fill:
        stosd
        dec     eax
        loop    .fill
        mov     ebx, buffer
        mov     esi, [param_bytes]
        sys     net_send
        check   "not sent"
        inc     dword [sent]
        jmp     frames
.receive:
        mov     ebx, frame
        mov     esi, [param_bytes]
        sys     net_receive
        check   "not received"
        mov     ecx, eax
        xor     eax, FNV_OFFSET
        mov     esi, frame + HEAD
        sub     ecx, HEAD
        shr     ecx, 2
.hash:
        xor     eax, [esi]
        imul    eax, eax, FNV_PRIME
        add     esi, 4
        loop    .hash
        add     ebp, eax
        inc     dword [received]
        jmp     frames

done:
        call    finish
        mov     eax, [param_sectors]
        add     eax, [param_frames]
        mov     ebx, ebp
        jmp     report

sector:
        times   512 db 0
frame:
        times   2048 db 0
