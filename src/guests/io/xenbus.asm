; The front end's half of the handshake (io/xenbus.h): the first device of a kind, the domain behind it, and its state.
;
;     back end InitWait ──▶ rings and port are told, Initialised ──▶ back end Connected ──▶ Connected

XENBUS_INIT_WAIT   equ 2
XENBUS_INITIALISED equ 3
XENBUS_CONNECTED   equ 4

; ESI -> "device/…": front_path and back_path, [back_domain]. CF: there is no such device.
xenbus_find:
        push    esi
        mov     edi, xs_question
        call    xs_end
        mov     eax, XS_DIRECTORY
        call    xs_ask
        pop     esi
        jc      .none
        cmp     ecx, 1
        jb      .none                   ; CF
        mov     edi, front_path
        call    xs_text
        mov     al, "/"
        stosb
        mov     esi, xs_answer
        call    xs_end
        mov     esi, xs_answer
        call    xs_value
        mov     [device_handle], eax
        mov     edx, front_path
        mov     esi, .backend_id
        call    xs_read
        jc      .none
        mov     esi, xs_answer
        call    xs_value
        mov     [back_domain], eax
        mov     edx, front_path
        mov     esi, .backend
        call    xs_read
        jc      .none
        mov     esi, xs_answer
        mov     edi, back_path
        call    xs_end
        mov     edx, back_path
        mov     esi, name_state
        call    xs_path
        mov     esi, .token
        call    xs_end
        mov     eax, XS_WATCH
        call    xs_ask
.none:
        ret
.backend_id:
        db      "backend-id", 0
.backend:
        db      "backend", 0
.token:
        db      "back", 0

; Until the back end is in state EAX; CF: it is beyond it.
xenbus_wait:
        push    ebx
        mov     ebx, eax
.look:
        mov     edx, back_path
        mov     esi, name_state
        call    xs_read
        mov     esi, xs_answer
        call    xs_value
        cmp     ebx, eax
        jbe     .reached
        call    xs_wait_event
        jmp     .look
.reached:
        pop     ebx
        ret

xenbus_state:                           ; this end is in state EAX now
        mov     edx, front_path
        mov     esi, name_state
        jmp     xs_write_number

; What front ends tell goes as one: from begin to end, which sets CF when it must be told again.
xenbus_begin:
        mov     edi, xs_question
        mov     byte [edi], 0
        inc     edi
        mov     eax, XS_START
        call    xs_ask
        mov     esi, xs_answer
        call    xs_value
        mov     [xs_header + 8], eax
        ret
xenbus_end:
        mov     edi, xs_question
        mov     word [edi], "T"
        add     edi, 2
        mov     eax, XS_END
        call    xs_ask
        mov     dword [xs_header + 8], 0
        ret

name_state:
        db      "state", 0
        align   4
back_domain:
        dd      0
device_handle:
        dd      0
front_path:
        times   128 db 0
back_path:
        times   256 db 0
