; The console is the first serial port (a 16550, polled): what the kernel and its programs say leaves the machine there.

console_init:
        mov     edx, COM1 + 1           ; no interrupts
        xor     eax, eax
        pv      out8
        mov     edx, COM1 + 3           ; DLAB: the divisor is at ports 0 and 1
        mov     eax, 0x80
        pv      out8
        mov     edx, COM1               ; 115200 baud
        mov     eax, 1
        pv      out8
        inc     edx
        xor     eax, eax
        pv      out8
        mov     edx, COM1 + 3           ; 8 bits, no parity, one stop bit
        mov     eax, 3
        pv      out8
        ret

; Write the byte AL.
put_char:
        push    eax
        mov     edx, COM1 + 5
.full:
        pv      in8
        test    al, 0x20                ; transmitter holding register empty
        jz      .full
        pop     eax
        mov     edx, COM1
        pv      out8
        ret

; Write ECX bytes from EAX.
print_bytes:
        push    esi
        push    ebx
        mov     esi, eax
        mov     ebx, ecx
        jmp     .test
.next:
        lodsb
        call    put_char
        dec     ebx
.test:
        test    ebx, ebx
        jnz     .next
        pop     ebx
        pop     esi
        ret

; Write the string at EAX, which ends with a zero byte.
print:
        mov     ecx, eax
.length:
        cmp     byte [ecx], 0
        je      .write
        inc     ecx
        jmp     .length
.write:
        sub     ecx, eax
        jmp     print_bytes

; Write EAX as eight hexadecimal digits.
print_hex:
        push    ebx
        push    esi
        mov     ebx, eax
        mov     esi, 8
.digit:
        rol     ebx, 4
        mov     eax, ebx
        and     eax, 15
        mov     al, [.digits + eax]
        call    put_char
        dec     esi
        jnz     .digit
        pop     esi
        pop     ebx
        ret
.digits:
        db      "0123456789abcdef"

; End the machine with the code EAX. Does not return.
power_off:
        mov     edx, EXIT_PORT
        pv      out32
.nobody:
        pv      cli
        pv      halt
        jmp     .nobody

; Say why the kernel cannot go on (EAX: string, EDX: a value), and end the machine.
PANIC_CODE     equ 100
panic:
        push    edx
        push    eax
        mov     eax, .prefix
        call    print
        pop     eax
        call    print
        mov     eax, .space
        call    print
        pop     eax
        call    print_hex
        mov     eax, .newline
        call    print
        mov     eax, PANIC_CODE
        jmp     power_off
.prefix:
        db      "panic: ", 0
.space:
        db      " ", 0
.newline:
        db      10, 0
