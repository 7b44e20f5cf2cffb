; Processes that sleep and run side by side: the timer wakes the sleepers while a loop holds the processor.
; Not a measurement: a test that preemption and sleep work.

%include "program.asm"

name:
        db      "sleep", 0

        align   4
param_processes:
        dd      0
param_ticks:
        dd      0
code:
        dd      0

main:
        xor     ebx, ebx
        sys     sleep
        check   "no timer"
        mov     esi, [param_processes]
        call    begin
.fork:
        sys     fork
        check   "no process"
        test    eax, eax
        jz      .child
        dec     esi
        jnz     .fork
        sys     ticks                   ; hold the processor for as long as they sleep
        mov     esi, eax
        add     esi, [param_ticks]
.spin:
        sys     ticks
        cmp     eax, esi
        js      .spin
        xor     edi, edi
        mov     ebp, [param_processes]
        mov     ebx, code
.wait:
        sys     wait
        check   "no child"
        add     edi, [code]
        dec     ebp
        jnz     .wait
        call    finish
        mov     eax, [param_processes]
        mov     ebx, edi
        jmp     report
.child:
        mov     ebx, [param_ticks]
        sys     sleep
        sys     yield
        mov     ebx, esi
        sys     exit
