; XenStore's client (io/xs_wire.h, docs/misc/xenstore.txt): one question at a time, in the page that start info names.
;
;     0 req[1024] │ 1024 rsp[1024] │ 2048 req_cons │ 2052 req_prod │ 2056 rsp_cons │ 2060 rsp_prod
;     message: type, req_id, tx_id, length, then so many bytes

XS_DIRECTORY   equ 1
XS_READ        equ 2
XS_WATCH       equ 4
XS_UNWATCH     equ 5
XS_START       equ 6
XS_END         equ 7
XS_WRITE       equ 11
XS_EVENT       equ 15
XS_ERROR       equ 16
XS_RING        equ 1024
XS_REQ_CONS    equ 2048
XS_REQ_PROD    equ 2052
XS_RSP_CONS    equ 2056
XS_RSP_PROD    equ 2060
XS_LONGEST     equ 4096

; Ask: EAX = type, the bytes from xs_question to EDI. CF: it is an error. The answer, ended by a zero byte, is at xs_answer, its length in
; ECX. Keeps EBX and EBP; so do all here.
xs_ask:
        mov     [xs_header], eax
        inc     dword [xs_header + 4]
        sub     edi, xs_question
        mov     [xs_header + 12], edi
        mov     esi, xs_header
        mov     ecx, 16
        call    xs_put
        mov     esi, xs_question
        mov     ecx, [xs_header + 12]
        call    xs_put
        mov     eax, [store_port]
        call    event_send
.answer:
        call    xs_message
        mov     eax, [xs_received]
        cmp     eax, XS_EVENT
        je      .event
        mov     edx, [xs_received + 4]
        cmp     edx, [xs_header + 4]
        jne     .answer
        mov     ecx, [xs_received + 12]
        cmp     eax, XS_ERROR
        je      .error
        clc
        ret
.error:
        stc
        ret
.event:
        inc     dword [xs_events]
        jmp     .answer

; Until a watch event has come that nobody has waited for yet.
xs_wait_event:
        cmp     dword [xs_events], 0
        jne     .there
        call    xs_message
        cmp     dword [xs_received], XS_EVENT
        jne     xs_wait_event
        ret
.there:
        mov     dword [xs_events], 0
        ret

; The next message: header at xs_received, the rest at xs_answer.
xs_message:
        mov     edi, xs_received
        mov     ecx, 16
        call    xs_get
        mov     edi, xs_answer
        mov     ecx, [xs_received + 12]
        call    xs_get
        mov     byte [edi], 0
        mov     eax, [store_port]
        jmp     event_send

; ECX bytes from ESI onto the ring.
xs_put:
        jecxz   .done
        mov     edx, [store_page]
        mov     eax, [edx + XS_REQ_PROD]
        sub     eax, [edx + XS_REQ_CONS]
        cmp     eax, XS_RING
        jb      .room
        push    ecx
        mov     eax, [store_port]
        call    event_send
        platform_wait
        pop     ecx
        jmp     xs_put
.room:
        mov     eax, [edx + XS_REQ_PROD]
        and     eax, XS_RING - 1
        add     eax, edx
        push    ecx
        mov     cl, [esi]
        mov     [eax], cl
        pop     ecx
        inc     esi
        dec     ecx
        inc     dword [edx + XS_REQ_PROD]
        jmp     xs_put
.done:
        ret

; ECX bytes off the ring to EDI, which ends behind them.
xs_get:
        jecxz   .done
        mov     edx, [store_page]
        mov     eax, [edx + XS_RSP_CONS]
        cmp     eax, [edx + XS_RSP_PROD]
        jne     .there
        push    ecx
        platform_wait
        pop     ecx
        jmp     xs_get
.there:
        and     eax, XS_RING - 1
        mov     al, [edx + eax + XS_RING]
        stosb
        dec     ecx
        inc     dword [edx + XS_RSP_CONS]
        jmp     xs_get
.done:
        ret

; A question's text grows at EDI. The string at ESI, without its end; the same with its end.
xs_text:
        lodsb
        test    al, al
        jz      .done
        stosb
        jmp     xs_text
.done:
        ret
xs_end:
        call    xs_text
        stosb
        ret

; EAX in decimal digits.
xs_number:
        push    ebx
        mov     ebx, 10
        xor     ecx, ecx
.digit:
        xor     edx, edx
        div     ebx
        push    edx
        inc     ecx
        test    eax, eax
        jnz     .digit
.write:
        pop     eax
        add     al, "0"
        stosb
        loop    .write
        pop     ebx
        ret

; EAX = the number whose digits are at ESI.
xs_value:
        xor     eax, eax
.digit:
        movzx   ecx, byte [esi]
        sub     ecx, "0"
        cmp     ecx, 9
        ja      .done
        imul    eax, eax, 10
        add     eax, ecx
        inc     esi
        jmp     .digit
.done:
        ret

; Read name ESI of directory EDX: as xs_ask.
xs_read:
        call    xs_path
        mov     eax, XS_READ
        jmp     xs_ask

; A question begins with the path of name ESI in directory EDX. EDI is behind its end.
xs_path:
        push    esi
        mov     edi, xs_question
        mov     esi, edx
        call    xs_text
        mov     al, "/"
        stosb
        pop     esi
        jmp     xs_end

; Write to name ESI of directory EDX the number EAX.
xs_write_number:
        push    eax
        call    xs_path
        pop     eax
        call    xs_number
        mov     eax, XS_WRITE
        jmp     xs_ask

        align   4
xs_header:                              ; its transaction is that of all questions
        dd      0, 0, 0, 0
xs_received:
        dd      0, 0, 0, 0
xs_events:
        dd      0
xs_question:
        times   512 db 0
xs_answer:
        times   XS_LONGEST + 4 db 0
