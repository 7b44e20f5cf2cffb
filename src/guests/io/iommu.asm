; A driver that maps a buffer for its device, lets it work, and takes it back, many times: through a DMA remapping unit (Intel VT-d) that it
; runs by itself, in flat 32-bit code. What it flushes is decided by param_batch: each page, or the domain once for so many.
;
;     SHARED + 0      root table        + 1000  context table     + 2000  invalidation queue   + 3000  status of the last wait
;            + 4000   level 3           + 5000  level 2           + 6000  level 1: pages 1 … 511
;
; The device is the function of PCI device 3; its buffer n is at BUFFERS + n pages. The last one stays mapped.

%include "layout.asm"

ROOT           equ SHARED
CONTEXTS       equ SHARED + 0x1000
QUEUE          equ SHARED + 0x2000
STATUS         equ SHARED + 0x3000
LEVEL3         equ SHARED + 0x4000
LEVEL2         equ SHARED + 0x5000
LEVEL1         equ SHARED + 0x6000
PAGES          equ 511                  ; page 0 is never given out

UNIT           equ 0xFED90000
VERSION        equ UNIT + 0x00
COMMAND        equ UNIT + 0x18          ; GCMD
STATE          equ UNIT + 0x1C          ; GSTS
ROOT_ADDRESS   equ UNIT + 0x20
QUEUE_TAIL     equ UNIT + 0x88
QUEUE_ADDRESS  equ UNIT + 0x90
TRANSLATE      equ 1 << 31
SET_ROOT       equ 1 << 30
USE_QUEUE      equ 1 << 26

REQUESTER      equ 3 << 3
DOMAIN         equ 1
WIDTH_39       equ 1                    ; three levels
READ_WRITE     equ 3
FLUSH_DOMAIN   equ 0x22 | DOMAIN << 16
FLUSH_PAGE     equ 0x32 | DOMAIN << 16
WAIT_STATUS    equ 0x25

        bits    32
        org     IMAGE

        mov     eax, start              ; from C0100000, where the boot sector jumps to
        jmp     eax

; The builder fills these in.
        align   4
param_count:                            ; buffers
        dd      0
param_batch:                            ; pages taken back to a flush
        dd      0
param_rest:                             ; passes of an empty loop for each: what else there is to do
        dd      0

%include "platform.asm"
%include "output.asm"

main:
        mov     esi, banner
        call    print
        mov     esi, absent
        mov     eax, [VERSION]
        inc     eax
        jz      fail
        mov     edi, SHARED
        xor     eax, eax
        mov     ecx, 7 * 1024
        rep     stosd
        mov     dword [ROOT], CONTEXTS | 1
        mov     dword [CONTEXTS + 16 * REQUESTER], LEVEL3 | 1
        mov     dword [CONTEXTS + 16 * REQUESTER + 8], WIDTH_39 | DOMAIN << 8
        mov     dword [LEVEL3], LEVEL2 | READ_WRITE
        mov     dword [LEVEL2], LEVEL1 | READ_WRITE
        mov     dword [ROOT_ADDRESS], ROOT
        mov     dword [ROOT_ADDRESS + 4], 0
        mov     ebx, SET_ROOT
        call    command
        mov     dword [QUEUE_ADDRESS], QUEUE
        mov     dword [QUEUE_ADDRESS + 4], 0
        mov     dword [QUEUE_TAIL], 0
        mov     ebx, USE_QUEUE
        call    command
        mov     ebx, USE_QUEUE | TRANSLATE
        call    command
        mov     eax, 1
        out     MARKER_PORT, al
        mov     ebp, [param_count]
        mov     ebx, 1                  ; the next page
.buffer:
        mov     eax, ebx
        shl     eax, 12
        add     eax, BUFFERS | READ_WRITE
        mov     [LEVEL1 + ebx * 8], eax
        mov     ecx, [param_rest]
        jecxz   .used
.rest:
        dec     ecx
        jnz     .rest
.used:
        dec     ebp
        jz      .done
        mov     dword [LEVEL1 + ebx * 8], 0
        inc     dword [waiting]
        mov     eax, [waiting]
        cmp     eax, [param_batch]
        jb      .next
        call    flush
.next:
        inc     ebx
        cmp     ebx, PAGES
        jbe     .buffer
        mov     ebx, 1
        jmp     .buffer
.done:
        mov     eax, 2
        out     MARKER_PORT, al
        push    ebx
        mov     esi, good
        call    print
        pop     edx
        call    print_hex
        mov     al, 10
        call    put_char
        xor     eax, eax
        jmp     leave

; Waits until the unit has done what EBX asks for.
command:
        mov     [COMMAND], ebx
.wait:
        mov     eax, [STATE]
        and     eax, ebx
        cmp     eax, ebx
        jne     .wait
        ret

; What was taken back is forgotten: page EBX alone, or all of the domain. Changes EAX, ECX and EDX.
flush:
        mov     edx, [tail]
        mov     ecx, FLUSH_PAGE
        mov     eax, ebx
        shl     eax, 12
        cmp     dword [waiting], 1
        je      .one
        mov     ecx, FLUSH_DOMAIN
        xor     eax, eax
.one:
        mov     [QUEUE + edx], ecx
        mov     dword [QUEUE + edx + 4], 0
        mov     [QUEUE + edx + 8], eax
        mov     dword [QUEUE + edx + 12], 0
        mov     ecx, [flushes]
        inc     ecx
        mov     [flushes], ecx
        mov     dword [QUEUE + edx + 16], WAIT_STATUS
        mov     [QUEUE + edx + 20], ecx
        mov     dword [QUEUE + edx + 24], STATUS
        mov     dword [QUEUE + edx + 28], 0
        add     edx, 32
        and     edx, 0xFFF
        mov     [tail], edx
        mov     [QUEUE_TAIL], edx
.wait:
        cmp     [STATUS], ecx
        jne     .wait
        mov     dword [waiting], 0
        ret

; ESI -> what is wrong.
fail:
        push    esi
        mov     esi, .failed
        call    print
        pop     esi
        call    print
        mov     al, 10
        call    put_char
        mov     al, ABSENT_CODE
        jmp     leave
.failed:
        db      "failed: ", 0

; Nothing interrupts.
device_interrupt:
        ret

        align   4
tail:
        dd      0
waiting:
        dd      0
flushes:
        dd      0
banner:
        db      "ringlab iommu", 10, 0
absent:
        db      "there is no remapping unit", 0
good:
        db      "ok last=", 0
