; Frames through one network card, many times: flat 32-bit code on ring 0, as io.asm. At the other end of the cable is a peer (net-frames.ts).
;
;     echo       frame n ──▶      ◀── frame n
;     send       frame n … n + k − 1, control ──▶      ◀── control, with the hash of all that came so far
;     receive    control: k frames from n on ──▶      ◀── frame n … n + k − 1
;
; A driver (DRIVER_VIRTIO_NET is defined, or not) has these labels:
;
;     net_init          finds and starts the card. EAX = 0, or a string that says what is wrong
;     net_buffer        EDI -> where the next frame to send is put; waits until there is room
;     net_send          the frame in it has ECX bytes: queued, the card is not told
;     net_kick          the card is told
;     net_receive       ESI -> a frame of ECX bytes; ECX = 0: none
;     net_release       that frame's buffer is the card's again
;     net_arm           the next frame interrupts; CF: one is there already
;     device_interrupt  the line asks: take the request back (a message asks for nothing)
;
; All keep EBX; interrupts are off but around HLT, so a driver is never called from two sides at once.

%include "layout.asm"

        bits    32
        org     IMAGE

        mov     eax, start              ; from C0100000, where the boot sector jumps to
        jmp     eax
%ifdef PLATFORM_XEN
%include "xen-note.asm"
%endif

; The builder fills these in.
        align   4
param_workload:
        dd      0
param_size:                             ; bytes of a frame, a multiple of four
        dd      0
param_depth:                            ; frames on their way, at most
        dd      0
param_batch:                            ; frames queued before the card is told
        dd      0
param_count:
        dd      0
param_seed:                             ; of the data
        dd      0
param_spin:                             ; 1: with nothing to do, look again at once
        dd      0

RING           equ 128                 ; descriptors of a ring, and buffers
BUFFER         equ 2048
RECEIVE_BUFFERS equ BUFFERS
SEND_BUFFERS   equ BUFFERS + RING * BUFFER

%ifdef PLATFORM_XEN
%include "xen-platform.asm"
%include "output.asm"
%include "xenstore.asm"
%include "xenbus.asm"
%include "xen-ring.asm"
%include "xen-netfront.asm"
%else
%include "platform.asm"
%include "pci.asm"
%include "output.asm"
%ifdef DRIVER_VIRTIO_NET
%ifdef INTERRUPTS_MSIX
%include "msix.asm"
%endif
%include "virtio-net.asm"
%else
%include "e1000.asm"
%endif
%endif

ECHO           equ 0
SEND           equ 1
RECEIVE        equ 2
DESTINATION    equ 0x00004C52           ; 52:4C:00:00:00:01, from 52:4C:00:00:00:02
DATA_TYPE      equ 0xB588               ; 88B5 and 88B6, for experiments (IEEE 802)
CONTROL_TYPE   equ 0xB688
CONTROL        equ 60                   ; bytes
HEAD           equ 12                   ; the addresses

main:
        mov     esi, banner
        call    print
        call    net_init
        test    eax, eax
        jnz     absent
        mov     eax, 1
        out     MARKER_PORT, al
.more:
        mov     ebx, [param_count]
        mov     eax, [started]
        sub     ebx, eax
        jz      .reap
        sub     eax, [finished]
        add     eax, [param_batch]
        cmp     eax, [param_depth]
        ja      .reap
        cmp     ebx, [param_batch]
        jbe     .start
        mov     ebx, [param_batch]
.start:
        mov     [bundle], ebx
        cmp     dword [param_workload], RECEIVE
        je      .control
.send:
        call    send_one
        dec     ebx
        jnz     .send
        cmp     dword [param_workload], ECHO
        je      .kick
.control:
        call    send_control
.kick:
        mov     eax, [bundle]
        add     [started], eax
        call    net_kick
        jmp     .more
.reap:
        call    net_receive
        jecxz   .none
        call    receive_one
        call    net_release
        mov     eax, [finished]
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
        call    net_arm
        jc      .reap
        cmp     dword [param_spin], 0
        jne     .spin
        platform_wait
        jmp     .reap
.spin:
        platform_look
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

; A frame to the peer of type EAX: addresses, type, and in 16 bits its number, which is EDX. EDI -> behind them.
head:
        push    eax
        call    net_buffer
        mov     eax, DESTINATION
        stosd
        mov     eax, 0x4C520100
        cmp     dword [param_workload], SEND
        jne     .address
        mov     eax, 0x4C520300         ; 52:4C:00:00:00:03 keeps what it gets
.address:
        stosd
        mov     eax, 0x02000000
        stosd
        pop     ecx
        mov     edx, [sent]
        mov     eax, edx
        shl     eax, 16
        or      eax, ecx
        stosd
        ret

; Frame n: behind its head dwords (n + seed) · GOLDEN, less one each.
send_one:
        mov     eax, DATA_TYPE
        call    head
        mov     eax, edx
        add     eax, [param_seed]
        imul    eax, eax, GOLDEN
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

; Behind its head: how many frames it is about; how many are wanted, their size and seed; the hash, from the peer.
send_control:
        mov     eax, CONTROL_TYPE
        call    head
        mov     eax, [bundle]
        stosd
        cmp     dword [param_workload], RECEIVE
        je      .wanted
        xor     eax, eax
.wanted:
        stosd
        mov     eax, [param_size]
        stosd
        mov     eax, [param_seed]
        stosd
        xor     eax, eax
        mov     ecx, (CONTROL - HEAD - 20) / 4
        rep     stosd
        cmp     dword [param_workload], RECEIVE
        jne     .go
        mov     eax, [bundle]
        add     [sent], eax             ; the peer sends these
.go:
        mov     ecx, CONTROL
        jmp     net_send

; All bytes of the frame at ESI behind its addresses enter the hash, FNV-1a by dwords; frames may come in any order.
receive_one:
        cmp     word [esi + HEAD], CONTROL_TYPE
        je      .control
        mov     eax, ecx
        xor     eax, FNV_OFFSET
        add     esi, HEAD
        sub     ecx, HEAD
        shr     ecx, 2
        jz      .done
.next:
        xor     eax, [esi]
        imul    eax, eax, FNV_PRIME
        add     esi, 4
        loop    .next
.done:
        add     [hash], eax
        inc     dword [finished]
        ret
.control:
        mov     eax, [esi + HEAD + 4]
        add     [finished], eax
        mov     eax, [esi + HEAD + 20]
        mov     [hash], eax
        ret

        align   4
sent:                                   ; number of the next frame
        dd      0
bundle:                                 ; frames of this batch
        dd      0
started:
        dd      0
finished:
        dd      0
hash:
        dd      0
banner:
        db      "ringlab net", 10, 0
