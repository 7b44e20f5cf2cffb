; The front end of a network interface (io/netif.h): two rings of 256 slots, a page for each frame. What is sent is granted for as long as it
; takes; pages for what may come are granted ahead, and taken back before the frame in them is looked at.
;
;     tx request    0 reference │ 4 offset (2) │ 6 flags (2) │ 8 id (2) │ 10 size (2)     response   0 id (2) │ 2 status (2)
;     rx request    0 id (2) │ 4 reference                       response   0 id (2) │ 2 offset (2) │ 4 flags (2) │ 6 length, or < 0 (2)

TX_RING        equ SHARED
RX_RING        equ SHARED + 4096
NETIF_SLOTS    equ 256
TX_SLOT        equ 12
RX_SLOT        equ 8
PAGES          equ 128                 ; of each kind
TX_PAGES       equ BUFFERS
RX_PAGES       equ BUFFERS + PAGES * 4096
TX_RING_REFERENCE equ 8
RX_RING_REFERENCE equ 9
TX_REFERENCE   equ 16                  ; of the first page
RX_REFERENCE   equ TX_REFERENCE + PAGES

net_init:
        push    ebx
        mov     esi, .devices
        call    xenbus_find
        mov     eax, .absent
        jc      .out
        mov     eax, XENBUS_INIT_WAIT
        call    xenbus_wait
        jc      .refused
        mov     eax, TX_RING_REFERENCE
        mov     edx, TX_RING
        call    ring_init
        mov     eax, RX_RING_REFERENCE
        mov     edx, RX_RING
        call    ring_init
        call    event_unbound
        test    eax, eax
        js      .refused
        mov     [netif_port], eax
        call    event_unmask
        xor     ebx, ebx
.post:
        mov     eax, ebx
        call    rx_post
        inc     ebx
        cmp     ebx, PAGES
        jb      .post
        mov     edx, RX_RING
        mov     ecx, [rx_produced]
        call    ring_push               ; whoever connects looks by himself
.tell:
        call    xenbus_begin
        mov     ebx, .numbers
.number:
        mov     esi, [ebx]
        mov     eax, [ebx + 4]
        mov     edx, front_path
        call    xs_write_number
        add     ebx, 8
        cmp     ebx, .numbers_end
        jb      .number
        mov     edx, front_path
        mov     esi, .channel
        mov     eax, [netif_port]
        call    xs_write_number
        mov     eax, XENBUS_CONNECTED
        call    xenbus_state
        call    xenbus_end
        jc      .tell
        mov     eax, XENBUS_CONNECTED
        call    xenbus_wait
        jc      .refused
        xor     eax, eax
.out:
        pop     ebx
        ret
.refused:
        mov     eax, .message
        jmp     .out
        align   4
.numbers:
        dd      .tx_ring, TX_RING_REFERENCE, .rx_ring, RX_RING_REFERENCE, .copy, 1, .notify, 1, .checksum, 1
.numbers_end:
.devices:
        db      "device/vif", 0
.tx_ring:
        db      "tx-ring-ref", 0
.rx_ring:
        db      "rx-ring-ref", 0
.channel:
        db      "event-channel", 0
.copy:
        db      "request-rx-copy", 0
.notify:
        db      "feature-rx-notify", 0
.checksum:
        db      "feature-no-csum-offload", 0
.absent:
        db      "no network interface from another domain", 0
.message:
        db      "the other domain refuses the rings", 0

; Page EAX waits for a frame.
rx_post:
        push    eax
        mov     edi, eax
        shl     edi, 12
        add     edi, RX_PAGES
        add     eax, RX_REFERENCE
        mov     edx, [back_domain]
        xor     esi, esi
        call    grant
        mov     ecx, [rx_produced]
        inc     dword [rx_produced]
        and     ecx, NETIF_SLOTS - 1
        lea     ecx, [RX_RING + RING_SLOTS + ecx * RX_SLOT]
        mov     [ecx + 4], eax
        pop     eax
        mov     [ecx], eax
        ret

; A page is free when what was sent in it has been answered: pages are used in turn.
net_buffer:
        mov     edi, [tx_produced]
        and     edi, PAGES - 1
        cmp     byte [tx_busy + edi], 0
        jne     .wait
        shl     edi, 12
        add     edi, TX_PAGES
        ret
.wait:
        call    net_kick
        call    tx_collect
        jc      net_buffer
        platform_wait
        jmp     net_buffer

net_send:
        mov     eax, [tx_produced]
        inc     dword [tx_produced]
        mov     edx, eax
        and     eax, PAGES - 1
        and     edx, NETIF_SLOTS - 1
        mov     byte [tx_busy + eax], 1
        lea     edx, [edx + edx * 2]
        lea     esi, [TX_RING + RING_SLOTS + edx * 4]
        mov     dword [esi + 4], 0      ; offset, flags
        mov     [esi + 8], ax
        mov     [esi + 10], cx
        mov     edi, eax
        shl     edi, 12
        add     edi, TX_PAGES
        add     eax, TX_REFERENCE
        mov     [esi], eax
        mov     edx, [back_domain]
        mov     esi, 1                  ; to be read
        jmp     grant

net_kick:
        mov     edx, RX_RING
        mov     ecx, [rx_produced]
        call    ring_push
        setc    byte [netif_tell]
        mov     edx, TX_RING
        mov     ecx, [tx_produced]
        call    ring_push
        jc      .tell
        cmp     byte [netif_tell], 0
        je      .quiet
.tell:
        mov     eax, [netif_port]
        jmp     event_send
.quiet:
        ret

net_receive:
        mov     eax, [rx_consumed]
        xor     ecx, ecx
        cmp     eax, [RX_RING + RSP_PROD]
        je      .none
        inc     dword [rx_consumed]
        and     eax, NETIF_SLOTS - 1
        lea     edx, [RX_RING + RING_SLOTS + eax * RX_SLOT]
        movzx   eax, word [edx]
        mov     [rx_page], eax
        add     eax, RX_REFERENCE
        call    grant_end
        jc      .failed                 ; somebody can still write there
        movsx   ecx, word [edx + 6]
        test    ecx, ecx
        jle     .failed
        movzx   esi, word [edx + 2]
        mov     eax, [rx_page]
        shl     eax, 12
        lea     esi, [esi + eax + RX_PAGES]
.none:
        ret
.failed:
        call    net_release
        jmp     net_receive

net_release:
        mov     eax, [rx_page]
        jmp     rx_post

net_arm:
        call    net_kick                ; pages that have been posted again
        call    tx_collect
        mov     edx, RX_RING
        mov     ecx, [rx_consumed]
        jmp     ring_final

; Takes back what has been sent. The next event comes when half of the rest has been. CF: there was something.
tx_collect:
        push    ebx
        mov     ebx, [tx_consumed]
.next:
        mov     ecx, [tx_consumed]
        cmp     ecx, [TX_RING + RSP_PROD]
        je      .all
        inc     dword [tx_consumed]
        and     ecx, NETIF_SLOTS - 1
        lea     ecx, [ecx + ecx * 2]
        movzx   eax, word [TX_RING + RING_SLOTS + ecx * 4]
        and     eax, PAGES - 1
        mov     byte [tx_busy + eax], 0
        add     eax, TX_REFERENCE
        call    grant_end
        jmp     .next
.all:
        mov     eax, [TX_RING + REQ_PROD]
        sub     eax, ecx
        shr     eax, 1
        lea     eax, [eax + ecx + 1]
        mov     [TX_RING + RSP_EVENT], eax
        lock or dword [esp], 0
        cmp     ecx, [TX_RING + RSP_PROD]
        jne     .next
        cmp     ebx, ecx                ; fewer than now: CF
        pop     ebx
        ret

        align   4
netif_port:
        dd      0
netif_tell:
        dd      0
tx_produced:
        dd      0
tx_consumed:
        dd      0
rx_produced:
        dd      0
rx_consumed:
        dd      0
rx_page:                                ; of the frame that has been received last
        dd      0
tx_busy:
        times   PAGES db 0
