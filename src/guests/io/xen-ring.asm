; The front end's side of a ring (io/ring.h): 0 req_prod │ 4 req_event │ 8 rsp_prod │ 12 rsp_event │ 64 slots. Pages are at EDX.

REQ_PROD       equ 0
REQ_EVENT      equ 4
RSP_PROD       equ 8
RSP_EVENT      equ 12
RING_SLOTS     equ 64

; SHARED_RING_INIT, and entry EAX grants the page to [back_domain]. Both sides are told of the first entry.
ring_init:
        push    eax
        mov     edi, edx
        xor     eax, eax
        mov     ecx, 1024
        rep     stosd
        mov     dword [edx + REQ_EVENT], 1
        mov     dword [edx + RSP_EVENT], 1
        mov     edi, edx
        pop     eax
        mov     edx, [back_domain]
        xor     esi, esi
        jmp     grant

; RING_PUSH_REQUESTS_AND_CHECK_NOTIFY: requests up to ECX are there. CF: the other side asked to hear of one of these.
ring_push:
        mov     eax, [edx + REQ_PROD]
        mov     [edx + REQ_PROD], ecx
        lock or dword [esp], 0          ; the index before the look
        sub     eax, ecx
        neg     eax
        sub     ecx, [edx + REQ_EVENT]
        cmp     ecx, eax                ; new − event < new − old
        ret

; RING_FINAL_CHECK_FOR_RESPONSES: the one behind ECX interrupts. CF: it is there already.
ring_final:
        lea     eax, [ecx + 1]
        mov     [edx + RSP_EVENT], eax
        lock or dword [esp], 0
        cmp     ecx, [edx + RSP_PROD]
        je      .none
        stc
        ret
.none:
        clc
        ret
