; The disk: one sector at a time by IDE PIO, the wait for it by interrupt (IRQ 14).

DISK           equ 0x1F0
DISK_CONTROL   equ 0x3F6
DISK_STATUS    equ DISK + 7
DISK_ERROR     equ 0x01
DISK_DRQ       equ 0x08
DISK_BUSY      equ 0x80
SECTOR_SIZE    equ 512

disk_init:
        mov     edx, DISK_CONTROL       ; interrupts on
        xor     eax, eax
        pv      out8
        mov     edx, DISK_STATUS        ; and forget the boot sector's
        pvjump  in8

disk_interrupt:
        mov     edx, DISK_STATUS        ; reading it takes the request back
        pv      in8
        mov     dword [disk_done], 1
        mov     eax, disk_queue
        call    wake_up
        jmp     irq_end

; Give the disk a command about sector EBX, which is lost; EDX = its port, which the status is read from.
%macro disk_command 1
        mov     edx, DISK + 2           ; one sector
        mov     eax, 1
        pv      out8
        inc     edx                     ; LBA 0 … 7, 8 … 15, 16 … 23
        mov     eax, ebx
        pv      out8
        inc     edx
        shr     ebx, 8
        mov     eax, ebx
        pv      out8
        inc     edx
        shr     ebx, 8
        mov     eax, ebx
        pv      out8
        inc     edx                     ; LBA 24 … 27, drive 0
        shr     ebx, 8
        mov     eax, ebx
        or      eax, 0xE0
        pv      out8
        inc     edx
        mov     eax, %1
        pv      out8
%endmacro

; disk_read(EBX = sector, ESI = 512 bytes): EAX = 0, −1 when the disk cannot or the buffer is not the process's.
sys_disk_read:
        cmp     esi, USER_END - SECTOR_SIZE
        ja      .no
        cmp     ebx, 1 << 28
        jae     .no
.taken:                                 ; one at a time
        cmp     dword [disk_owner], 0
        je      .mine
        mov     eax, disk_queue
        call    sleep_on
        jmp     .taken
.mine:
        current eax
        mov     [disk_owner], eax
        mov     dword [disk_done], 0
%ifdef CONTAINER
        call    overlay_enter
%endif
        disk_command 0x20               ; READ SECTORS
        pv      cli                     ; between the look and the sleep no interrupt may come
.wait:
        cmp     dword [disk_done], 0
        jne     .done
        mov     eax, disk_queue
        call    sleep_on
        jmp     .wait
.done:
        pv      sti
        mov     edx, DISK_STATUS
        pv      in8
        and     eax, DISK_BUSY | DISK_DRQ | DISK_ERROR
        cmp     eax, DISK_DRQ
        jne     .failed
        mov     edx, DISK
        mov     edi, disk_buffer        ; not the process's memory: the kernel must not stop while the disk is half read
        mov     ecx, SECTOR_SIZE / 4
        pv      ins32
        mov     edi, esi
        mov     esi, disk_buffer
        mov     ecx, SECTOR_SIZE / 4
        call    disk_release
        rep     movsd
        xor     eax, eax
        ret
.failed:
        call    disk_release
.no:
        mov     eax, -1
        ret

; The next one may have the disk.
disk_release:
        push    ecx
%ifdef CONTAINER
        call    overlay_leave
%endif
        mov     dword [disk_owner], 0
        mov     eax, disk_queue
        call    wake_up
        pop     ecx
        ret

        align   4
disk_owner:
        dd      0
disk_done:
        dd      0
disk_queue:
        dd      0, 0
disk_buffer:
        times   SECTOR_SIZE db 0
