; What every program begins with: it is loaded at PROGRAM_BASE and entered at its first byte on ring 3,
; EBX = what exec was given, ESP = end of the stack, one private page after another behind it.
;
; A program includes this file first and has the labels `main` and `name` (a string).

%include "syscalls.asm"

        bits    32
        org     0x00400000

        jmp     main

; The builder fills these in; a program has its own parameters in the same way.
        align   4
param_cycles:                           ; 1: also print the time-stamp counter's difference
        dd      0

; A system call: the number's name; EBX, ESI, EDI hold the arguments. EAX = result; ECX and EDX may be lost.
%macro sys 1
        mov     eax, SYS_%1
%ifdef SYSENTER
        call    sysenter_gate
%else
        int     0x80
%endif
%endmacro

%ifdef SYSENTER
sysenter_gate:
        mov     ecx, esp
        mov     edx, .back
        sysenter
.back:
        ret
%endif

; Around what is measured: the machine's mark, and the time-stamp counter. EBX, ESI, EDI and EBP stay, and EAX.
begin:
        push    ebx
        push    eax
        mov     ebx, 1
        sys     mark
        rdtsc
        mov     [cycles], eax
        mov     [cycles + 4], edx
        pop     eax
        pop     ebx
        ret

finish:
        push    ebx
        push    eax
        rdtsc
        sub     eax, [cycles]
        sbb     edx, [cycles + 4]
        mov     [cycles], eax
        mov     [cycles + 4], edx
        mov     ebx, 2
        sys     mark
        pop     eax
        pop     ebx
        ret

; End the program well: "name EAX ok checksum=EBX", EAX in decimal, EBX in eight hexadecimal digits.
report:
        push    ebx
        push    eax
        mov     eax, name
        call    put_string
        mov     eax, .space
        call    put_string
        pop     eax
        xor     edx, edx
        call    put_decimal
        mov     eax, .checksum
        call    put_string
        pop     eax
        call    put_hex
        cmp     dword [param_cycles], 0
        je      .end
        mov     eax, .cycles
        call    put_string
        mov     eax, [cycles]
        mov     edx, [cycles + 4]
        call    put_decimal
.end:
        mov     eax, .newline
        call    put_string
        call    flush
        xor     ebx, ebx
        sys     exit
.space:
        db      " ", 0
.checksum:
        db      " ok checksum=", 0
.cycles:
        db      " cycles=", 0
.newline:
        db      10, 0

; End the program badly: "name failed: " and the string at EAX; exit code 1.
fail:
        push    eax
        mov     eax, name
        call    put_string
        mov     eax, .failed
        call    put_string
        pop     eax
        call    put_string
        mov     eax, report.newline
        call    put_string
        call    flush
        mov     ebx, 1
        sys     exit
.failed:
        db      " failed: ", 0

; Fail with a message when EAX is −1.
%macro check 1
        cmp     eax, -1
        jne     %%well
        call    %%failed
        db      %1, 0
%%failed:
        pop     eax                     ; where CALL would return to: the message
        jmp     fail
%%well:
%endmacro

; The line is collected and leaves with one system call.
put_string:
        push    esi
        push    edi
        mov     esi, eax
        mov     edi, [line_end]
.next:
        lodsb
        test    al, al
        jz      .done
        stosb
        jmp     .next
.done:
        mov     [line_end], edi
        pop     edi
        pop     esi
        ret

; EDX:EAX in decimal.
put_decimal:
        push    ebx
        push    esi
        push    edi
        mov     esi, eax
        mov     ebx, edx
        mov     ecx, 10
        push    dword 0                 ; below the last digit
.digit:
        mov     eax, ebx                ; 64 bits by 10 in two divisions
        xor     edx, edx
        div     ecx
        mov     ebx, eax
        mov     eax, esi
        div     ecx
        mov     esi, eax
        add     edx, "0"
        push    edx
        or      eax, ebx
        jnz     .digit
        mov     edi, [line_end]
.out:
        pop     eax
        test    eax, eax
        jz      .done
        stosb
        jmp     .out
.done:
        mov     [line_end], edi
        pop     edi
        pop     esi
        pop     ebx
        ret

; EAX as eight hexadecimal digits.
put_hex:
        push    edi
        mov     edi, [line_end]
        mov     edx, eax
        mov     ecx, 8
.digit:
        rol     edx, 4
        mov     eax, edx
        and     eax, 15
        cmp     al, 10
        jb      .decimal
        add     al, "a" - "0" - 10
.decimal:
        add     al, "0"
        stosb
        loop    .digit
        mov     [line_end], edi
        pop     edi
        ret

flush:
        push    ebx
        push    esi
        mov     ebx, line
        mov     esi, [line_end]
        sub     esi, ebx
        mov     [line_end], ebx
        sys     print
        pop     esi
        pop     ebx
        ret

        align   4
cycles:
        dd      0, 0
line_end:
        dd      line
line:
        times   128 db 0
