; Frames to one network card and back, many times: flat 32-bit code on ring 0, as io.asm. Whoever is at the other end of the cable returns them.
;
;     net_init          finds and starts the card. EAX = 0, or a string that says what is wrong
;     net_buffer        EDI -> where the next frame to send is put
;     net_send          the frame in it has ECX bytes: queued, the card is not told
;     net_kick          the card is told
;     net_receive       ESI -> a frame of ECX bytes; ECX = 0: none
;     net_release       that frame's buffer is the card's again
;     device_interrupt  the line asks: take the request back

%include "layout.asm"

        bits    32
        org     IMAGE

        mov     eax, start              ; from C0100000, where the boot sector jumps to
        jmp     eax

; The builder fills these in.
        align   4
param_size:                             ; bytes of a frame, a multiple of four
        dd      0
param_depth:                            ; frames on their way, at most
        dd      0
param_batch:                            ; frames queued before the card is told
        dd      0
param_count:
        dd      0

%include "platform.asm"
%include "pci.asm"
%include "output.asm"
%include "e1000.asm"

DESTINATION    equ 0x00004C52           ; 52:4C:00:00:00:01, from 52:4C:00:00:00:02
TYPE           equ 0xB588               ; 88B5, for experiments (IEEE 802)

main:
        mov     esi, banner
        call    print
        call    net_init
        test    eax, eax
        jnz     absent
        mov     eax, 1
        out     MARKER_PORT, al
.more:
        mov     eax, [sent]
        cmp     eax, [param_count]
        je      .reap
        sub     eax, [received]
        add     eax, [param_batch]
        cmp     eax, [param_depth]
        ja      .reap
        mov     ebx, [param_batch]
.send:
        call    send_one
        mov     eax, [sent]
        cmp     eax, [param_count]
        je      .kick
        dec     ebx
        jnz     .send
.kick:
        call    net_kick
.reap:
        call    net_receive
        jecxz   .none
        call    receive_one
        call    net_release
        mov     eax, [received]
        cmp     eax, [param_count]
        jb      .more
        mov     eax, 2
        out     MARKER_PORT, al
        mov     esi, .hash
        call    print
        mov     edx, [hash]
        call    print_hex
        mov     al, 10
        call    put_char
        xor     eax, eax
        jmp     leave
.none:
        sti                             ; takes effect after the next instruction
        hlt
        cli
        jmp     .reap
.hash:
        db      "ok hash=", 0

; EAX -> what is wrong with the card.
absent:
        push    eax
        mov     esi, .failed
        call    print
        pop     esi
        call    print
        mov     al, 10
        call    put_char
        mov     al, ABSENT_CODE
        jmp     leave
.failed:
        db      "failed: ", 0

; Frame n: addresses, type, n in 16 bits, then dwords n · GOLDEN, less one each.
send_one:
        call    net_buffer
        mov     eax, DESTINATION
        stosd
        mov     eax, 0x4C520100
        stosd
        mov     eax, 0x02000000
        stosd
        mov     edx, [sent]
        mov     eax, edx
        shl     eax, 16
        or      eax, TYPE
        stosd
        imul    eax, edx, GOLDEN
        mov     ecx, [param_size]
        shr     ecx, 2
        sub     ecx, 4
.fill:
        stosd
        dec     eax
        loop    .fill
        inc     dword [sent]
        mov     ecx, [param_size]
        jmp     net_send

; All bytes of the frame at ESI enter the hash, FNV-1a by dwords; frames may come in any order.
receive_one:
        mov     eax, ecx
        xor     eax, FNV_OFFSET
        shr     ecx, 2
        jz      .done
.next:
        xor     eax, [esi]
        imul    eax, eax, FNV_PRIME
        add     esi, 4
        loop    .next
.done:
        add     [hash], eax
        inc     dword [received]
        ret

        align   4
sent:
        dd      0
received:
        dd      0
hash:
        dd      0
banner:
        db      "ringlab net", 10, 0
