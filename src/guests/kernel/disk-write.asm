; The other direction: one sector at a time, its data a dword at a time.

; disk_write(EBX = sector, ESI = 512 bytes): EAX = 0, −1 when the disk cannot or the buffer is not the process's.
sys_disk_write:
        cmp     esi, USER_END - SECTOR_SIZE
        ja      .no
        cmp     ebx, 1 << 28
        jae     .no
        mov     al, [esi]               ; a process that has no such memory dies here, where it has no disk yet
        mov     al, [esi + SECTOR_SIZE - 1]
.taken:                                 ; one at a time
        cmp     dword [disk_owner], 0
        je      .mine
        mov     eax, disk_queue
        call    sleep_on
        jmp     .taken
.mine:
        current eax
        mov     [disk_owner], eax
        disk_command 0x30               ; WRITE SECTORS
.busy:                                  ; it asks for the first sector without an interrupt
        pv      in8
        test    al, DISK_BUSY
        jnz     .busy
        and     eax, DISK_DRQ | DISK_ERROR
        cmp     eax, DISK_DRQ
        jne     .failed
        mov     dword [disk_done], 0
%ifdef CONTAINER
        call    overlay_enter
%endif
        mov     edx, DISK
        mov     ecx, SECTOR_SIZE / 4
.dword:
        lodsd
        pv      out32
        loop    .dword
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
        test    al, DISK_BUSY | DISK_DRQ | DISK_ERROR
        jnz     .failed
        call    disk_release
        xor     eax, eax
        ret
.failed:
        call    disk_release
.no:
        mov     eax, -1
        ret
