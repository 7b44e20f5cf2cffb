; The front end's half of the handshake (io/xenbus.h): the first device of a kind, the domain behind it, and its state. A back end that is gone
; is followed by another: the toolstack says so in the front end's directory.
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
        mov     esi, name_backend
        call    xs_read
        jc      .none
        mov     esi, xs_answer
        mov     edi, back_path
        call    xs_end
        mov     edx, back_path
        mov     esi, name_state
        mov     eax, XS_WATCH
        call    xenbus_watch
        mov     edx, front_path
        mov     esi, name_backend
        mov     eax, XS_WATCH
        call    xenbus_watch
        clc
.none:
        ret
.backend_id:
        db      "backend-id", 0

; XS_WATCH or XS_UNWATCH, which is EAX, of name ESI in directory EDX.
xenbus_watch:
        push    eax
        call    xs_path
        mov     esi, .token
        call    xs_end
        pop     eax
        jmp     xs_ask
.token:
        db      "xenbus", 0

; CF: there is another back end now, and the old one is not watched any more. To be called when nothing waits for an event.
xenbus_changed:
        cmp     dword [xs_events], 0
        jne     .look
        mov     edx, [store_page]
        mov     eax, [edx + XS_RSP_CONS]
        cmp     eax, [edx + XS_RSP_PROD]
        je      .same
.look:
        call    xs_wait_event
        mov     edx, front_path
        mov     esi, name_backend
        call    xs_read
        jc      xenbus_changed          ; there will be one
        mov     esi, xs_answer
        mov     edi, back_path
.compare:
        mov     al, [edi]
        inc     edi
        cmp     al, [esi]
        jne     .other
        inc     esi
        test    al, al
        jnz     .compare
        jmp     xenbus_changed
.other:
        mov     edx, back_path
        mov     esi, name_state
        mov     eax, XS_UNWATCH
        call    xenbus_watch
        mov     edx, front_path
        mov     esi, name_backend
        mov     eax, XS_UNWATCH
        call    xenbus_watch
        stc
        ret
.same:
        clc
        ret

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

name_backend:
        db      "backend", 0
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
