; What is said leaves the machine by the first serial port, polled.

; Write the string at ESI, which ends with a zero byte.
print:
        lodsb
        test    al, al
        jz      .done
        call    put_char
        jmp     print
.done:
        ret

; Write EDX in eight hexadecimal digits.
print_hex:
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
        push    edx
        call    put_char
        pop     edx
        loop    .digit
        ret

; Write the byte AL. Changes EBX and EDX.
put_char:
        mov     ebx, eax
        mov     edx, COM1 + 5
.full:
        in      al, dx
        test    al, 0x20                ; transmitter holding register empty
        jz      .full
        mov     eax, ebx
        mov     edx, COM1
        out     dx, al
        ret
