; An Intel 82540EM (PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual, 3.2, 3.3 and 14): legacy descriptors, one
; interrupt line, everything on the cable is received.

E1000_DEVICE   equ 0x100E8086
GIVEN_BACK     equ 16                  ; receive buffers at a time: the tail is a register
RECEIVE_RING   equ SHARED
SEND_RING      equ SHARED + 4096
RESET          equ 1 << 26             ; of CTRL
LINK_UP        equ 0x60                ; SLU, ASDE
RECEIVE_CAUSES equ 0xD0                ; RXT0, RXO, RXDMT0
RECEIVE_ON     equ 0x0400801A          ; EN, UPE, MPE, BAM, 2048 bytes, SECRC
SEND_ON        equ 0x0004010A          ; EN, PSP, CT 16, COLD 64
GAPS           equ 0x0060200A          ; for copper (13.4.34)
DONE           equ 1                   ; DD of a descriptor's status
SEND_COMMAND   equ 0x0B000000          ; EOP, IFCS, RS
CTRL           equ 0x0000
ICR            equ 0x00C0
IMS            equ 0x00D0
IMC            equ 0x00D8
RCTL           equ 0x0100
TCTL           equ 0x0400
TIPG           equ 0x0410
RDBAL          equ 0x2800
TDBAL          equ 0x3800
RING_LENGTH    equ 0x08
RING_HEAD      equ 0x10
RING_TAIL      equ 0x18

net_init:
        mov     eax, E1000_DEVICE
        call    pci_find
        mov     eax, .absent
        jc      .out
        mov     eax, 0x10
        call    pci_read
        and     eax, ~15
        mov     [e1000], eax
        mov     ebp, eax
        mov     dword [ebp + IMC], -1
        mov     dword [ebp + CTRL], RESET
.reset:
        test    dword [ebp + CTRL], RESET
        jnz     .reset
        mov     dword [ebp + IMC], -1
        mov     dword [ebp + CTRL], LINK_UP
        mov     edi, SHARED
        xor     eax, eax
        mov     ecx, 2 * 1024
        rep     stosd
        mov     edi, RECEIVE_RING
        mov     eax, RECEIVE_BUFFERS
        mov     ecx, RING
.descriptor:
        mov     [edi], eax
        add     edi, 16
        add     eax, BUFFER
        loop    .descriptor
        mov     eax, RECEIVE_RING
        lea     edi, [ebp + RDBAL]
        call    .ring
        mov     dword [edi + RING_TAIL], RING - 1
        mov     eax, SEND_RING
        lea     edi, [ebp + TDBAL]
        call    .ring
        mov     edi, SEND_RING + 12
        mov     ecx, RING
.done:
        mov     byte [edi], DONE
        add     edi, 16
        loop    .done
        mov     dword [ebp + TIPG], GAPS
        mov     dword [ebp + TCTL], SEND_ON
        mov     dword [ebp + RCTL], RECEIVE_ON
        mov     eax, PCI_LINE
        call    pci_read
        movzx   eax, al
        mov     edx, 1
        call    line_open
        mov     dword [ebp + IMS], RECEIVE_CAUSES
.link:                                  ; STATUS.LU
        test    byte [ebp + 8], 2
        jz      .link
        xor     eax, eax
.out:
        ret
.ring:
        mov     [edi], eax
        mov     dword [edi + 4], 0
        mov     dword [edi + RING_LENGTH], RING * 16
        mov     dword [edi + RING_HEAD], 0
        mov     dword [edi + RING_TAIL], 0
        ret
.absent:
        db      "no such device on the PCI bus", 0

; The tail never comes up to the head, which would say that the ring is empty.
net_buffer:
        mov     edx, [e1000_sent]
        inc     edx
        and     edx, RING - 1
        shl     edx, 4
        test    byte [SEND_RING + edx + 12], DONE
        jnz     .room
        push    edx
        call    net_kick
        pop     edx
.wait:
        test    byte [SEND_RING + edx + 12], DONE
        jz      .wait
.room:
        mov     edi, [e1000_sent]
        and     edi, RING - 1
        imul    edi, edi, BUFFER
        add     edi, SEND_BUFFERS
        ret

net_send:
        mov     edx, [e1000_sent]
        and     edx, RING - 1
        mov     eax, edx
        shl     eax, 4
        imul    edx, edx, BUFFER
        add     edx, SEND_BUFFERS
        mov     [SEND_RING + eax], edx
        or      ecx, SEND_COMMAND
        mov     [SEND_RING + eax + 8], ecx
        mov     dword [SEND_RING + eax + 12], 0
        inc     dword [e1000_sent]
        ret

net_kick:
        mov     eax, [e1000_sent]
        and     eax, RING - 1
        mov     edx, [e1000]
        mov     [edx + TDBAL + RING_TAIL], eax
        ret

net_receive:
        mov     edx, [e1000_received]
        and     edx, RING - 1
        mov     esi, edx
        shl     edx, 4
        xor     ecx, ecx
        test    byte [RECEIVE_RING + edx + 12], DONE
        jz      .none
        movzx   ecx, word [RECEIVE_RING + edx + 8]
        imul    esi, esi, BUFFER
        add     esi, RECEIVE_BUFFERS
.none:
        ret

net_release:
        mov     eax, [e1000_received]
        and     eax, RING - 1
        mov     edx, eax
        shl     edx, 4
        mov     dword [RECEIVE_RING + edx + 12], 0
        inc     dword [e1000_received]
        test    dword [e1000_received], GIVEN_BACK - 1
        jnz     .later
        mov     edx, [e1000]
        mov     [edx + RDBAL + RING_TAIL], eax
.later:
        ret

; Nobody has asked it not to interrupt.
net_arm:
        clc
        ret

device_interrupt:
        mov     edx, [e1000]
        mov     eax, [edx + ICR]        ; reading it takes the request back
        ret

        align   4
e1000:                                  ; its registers
        dd      0
e1000_sent:
        dd      0
e1000_received:
        dd      0
