; Interrupt controllers and the timer: IRQ 0 comes param_timer_divisor / 1193182 s after the last one.

PIT            equ 0x40
IRQ_MASK       equ 0xFFFF & ~(1 << 0 | 1 << 2 | 1 << 14)

; Write a byte to a port and give the device time.
%macro out_slow 2
        mov     edx, %1
        mov     eax, %2
        pv      out8
        pv      io_delay
%endmacro

timer_init:
        out_slow PIC1, 0x11             ; ICW1: edge triggered, cascade, ICW4 follows
        out_slow PIC2, 0x11
        out_slow PIC1 + 1, IRQ0         ; ICW2: first vector
        out_slow PIC2 + 1, IRQ0 + 8
        out_slow PIC1 + 1, 4            ; ICW3: the second one is at IRQ 2
        out_slow PIC2 + 1, 2
        out_slow PIC1 + 1, 1            ; ICW4: 8086 mode
        out_slow PIC2 + 1, 1
        out_slow PIC1 + 1, IRQ_MASK & 0xFF
        out_slow PIC2 + 1, IRQ_MASK >> 8
        cmp     dword [param_timer_divisor], 0
        je      .none
        out_slow PIT + 3, 0x34          ; counter 0, both bytes, mode 2: one pulse a period
        mov     edx, PIT
        mov     al, [param_timer_divisor]
        pv      out8
        mov     al, [param_timer_divisor + 1]
        pv      out8
        mov     dword [timer_runs], 1
        ret
.none:
        out_slow PIC1 + 1, (IRQ_MASK | 1) & 0xFF
        ret

timer_interrupt:
        inc     dword [ticks]
        mov     dword [need_schedule], 1
%ifdef CONTAINER
        call    group_charge
%endif
        call    wake_sleepers
        jmp     irq_end

; Whoever sleeps until a tick that has come runs; the others go back to sleep.
wake_sleepers:
        push    ebx
        mov     ebx, [sleepers]
        mov     dword [sleepers], 0
.next:
        test    ebx, ebx
        jz      .done
        mov     edx, ebx
        mov     ebx, [ebx + PROCESS_NEXT]
        mov     ecx, [edx + PROCESS_WAKE]
        sub     ecx, [ticks]            ; signed distance, so that the counter may wrap
        jle     .due
        mov     eax, sleepers
        call    queue_push
        jmp     .next
.due:
        mov     eax, edx
        call    make_runnable
        jmp     .next
.done:
        pop     ebx
        ret

; sleep(EBX = ticks): EAX = 0, −1 when there is no timer.
sys_sleep:
        cmp     dword [timer_runs], 0
        je      .no
        current edx
        add     ebx, [ticks]
        mov     [edx + PROCESS_WAKE], ebx
        mov     eax, sleepers
        call    sleep_on
        xor     eax, eax
        ret
.no:
        mov     eax, -1
        ret

irq_ignore:
irq_end:
        mov     eax, [ebp + FRAME_VECTOR]
        pvjump  end_of_interrupt

        align   4
ticks:
        dd      0
timer_runs:
        dd      0
sleepers:                               ; a queue
        dd      0, 0
