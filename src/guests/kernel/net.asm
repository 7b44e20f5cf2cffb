; A network card: an Intel 82540EM (3.2, 3.3 and 13 of its manual), the wait for it by interrupt. Its registers lie where nothing else of
; the kernel's does; descriptors and buffers are pages.
;
;     ring     NET_RING descriptors of 16 bytes, a page        buffer    a page for each descriptor

NET_DEVICE     equ 0x100E8086
NET_REGISTERS  equ 0xFF800000          ; linear
NET_PAGES      equ 4
NET_RING       equ 16
NET_LARGEST    equ 1514
NET_CTRL       equ NET_REGISTERS
NET_ICR        equ NET_REGISTERS + 0x00C0
NET_IMS        equ NET_REGISTERS + 0x00D0
NET_RCTL       equ NET_REGISTERS + 0x0100
NET_TCTL       equ NET_REGISTERS + 0x0400
NET_RECEIVE    equ NET_REGISTERS + 0x2800
NET_SEND       equ NET_REGISTERS + 0x3800
NET_LENGTH     equ 0x08                ; of a ring's registers; its address is the first
NET_HEAD       equ 0x10
NET_TAIL       equ 0x18
NET_RESET      equ 1 << 26             ; of CTRL
NET_LINK       equ 0x60                ; SLU, ASDE
NET_RECEIVE_ON equ 0x0400801A          ; EN, UPE, MPE, BAM, 2048 bytes, SECRC
NET_SEND_ON    equ 0x0004010A          ; EN, PSP, CT 16, COLD 64
NET_CAUSES     equ 0xD0                ; RXT0, RXO, RXDMT0
NET_COMMAND    equ 0x0B000000          ; EOP, IFCS, RS
NET_DONE       equ 1                   ; DD of a descriptor's status
PTE_UNCACHED   equ 0x18                ; PCD, PWT
PCI_ADDRESS    equ 0xCF8
PCI_DATA       equ 0xCFC
ELCR           equ 0x4D0

; Without a card on PCI bus 0 the calls fail, and where a monitor checks page tables: it lets nobody map a device.
net_init:
        cmp     dword [kernel_ring], 0
        jne     .none
        push    ebx
        push    esi
        push    edi
        mov     ebx, 0x80000000
.function:
        xor     eax, eax
        call    pci_read
        cmp     eax, NET_DEVICE
        je      .found
        add     ebx, 0x100
        cmp     ebx, 0x80010000
        jb      .function
        jmp     .out
.found:
        mov     eax, 4                  ; memory, bus master
        call    pci_address
        mov     edx, PCI_DATA
        mov     eax, 6
        pv      out8
        mov     eax, 0x10
        call    pci_read
        and     eax, ~15
        mov     esi, eax
        mov     edi, NET_REGISTERS
.page:
        mov     eax, [kernel_directory]
        mov     edx, edi
        call    pte_make
        lea     edx, [esi + PTE_P + PTE_W + PTE_UNCACHED]
        pv      set_pte
        add     esi, PAGE_SIZE
        add     edi, PAGE_SIZE
        cmp     edi, NET_REGISTERS + NET_PAGES * PAGE_SIZE
        jb      .page
        mov     dword [NET_CTRL], NET_RESET
.reset:
        test    dword [NET_CTRL], NET_RESET
        jnz     .reset
        mov     dword [NET_CTRL], NET_LINK
        mov     esi, NET_RECEIVE
        call    net_ring
        mov     [net_received], eax
        mov     dword [esi + NET_TAIL], NET_RING - 1
        mov     esi, NET_SEND
        call    net_ring
        mov     [net_sent], eax
        mov     ecx, NET_RING
.descriptor:
        mov     byte [eax + 12], NET_DONE
        add     eax, 16
        loop    .descriptor
        mov     dword [NET_TCTL], NET_SEND_ON
        mov     dword [NET_RCTL], NET_RECEIVE_ON
        mov     eax, 0x3C
        call    pci_read
        movzx   eax, al
        call    net_line
        mov     dword [NET_IMS], NET_CAUSES
.out:
        pop     edi
        pop     esi
        pop     ebx
.none:
        ret

; The ring whose registers are at ESI: EAX = its first descriptor, linear; each has its buffer.
net_ring:
        push    ebx
        push    edi
        call    page_alloc_zero
        mov     [esi], eax
        mov     dword [esi + 4], 0
        mov     dword [esi + NET_LENGTH], NET_RING * 16
        mov     dword [esi + NET_HEAD], 0
        mov     dword [esi + NET_TAIL], 0
        lea     edi, [eax + KERNEL_BASE]
        mov     ebx, NET_RING
.descriptor:
        call    page_alloc_zero
        mov     [edi], eax
        add     edi, 16
        dec     ebx
        jnz     .descriptor
        lea     eax, [edi - NET_RING * 16]
        pop     edi
        pop     ebx
        ret

; Interrupt line EAX is the card's: a level, let through, with a handler.
net_line:
        push    ebx
        mov     dword [trap_table + (IRQ0 + eax) * 4], net_interrupt
        mov     ecx, eax
        mov     ebx, 1
        shl     ebx, cl
        mov     edx, ELCR
        pv      in8
        or      eax, ebx
        pv      out8
        inc     edx
        pv      in8
        or      al, bh
        pv      out8
        not     ebx
        mov     edx, PIC1 + 1
        pv      in8
        and     eax, ebx
        pv      out8
        mov     edx, PIC2 + 1
        pv      in8
        and     al, bh
        pv      out8
        pop     ebx
        ret

; EAX = dword EAX of function EBX.
pci_read:
        call    pci_address
        push    esi
        mov     edx, PCI_DATA + 3
        xor     esi, esi
.byte:
        shl     esi, 8
        pv      in8
        or      esi, eax
        dec     edx
        cmp     edx, PCI_DATA
        jae     .byte
        mov     eax, esi
        pop     esi
        ret
pci_address:
        or      eax, ebx
        mov     edx, PCI_ADDRESS
        pvjump  out32

net_interrupt:
        mov     eax, [NET_ICR]          ; reading it takes the request back
        mov     eax, net_queue
        call    wake_up
        jmp     irq_end

; net_send(EBX = frame, ESI = bytes): EAX = 0 once the card has it, −1 when there is no card, or the frame is none or not the process's.
sys_net_send:
        call    net_checked
        jc      .no
        mov     edx, [net_sent]
.busy:
        test    byte [edx + 12], NET_DONE
        jz      .busy
        mov     edi, [edx]
        add     edi, KERNEL_BASE
        mov     ecx, esi
        or      esi, NET_COMMAND
        push    esi
        mov     esi, ebx
        rep     movsb                   ; a process that has no such memory dies here: the buffer is as free as before
        pop     dword [edx + 8]
        mov     dword [edx + 12], 0
        call    net_next
        mov     [net_sent], edx
        shr     edx, 4
        and     edx, NET_RING - 1
        mov     [NET_SEND + NET_TAIL], edx
        xor     eax, eax
        ret
.no:
        mov     eax, -1
        ret

; net_receive(EBX = buffer, ESI = its size): waits for a frame. EAX = its bytes, of which no more than ESI are there; −1 as in net_send.
sys_net_receive:
        call    net_checked
        jc      .no
        pv      cli                     ; between the look and the sleep no interrupt may come
.wait:
        mov     edx, [net_received]
        test    byte [edx + 12], NET_DONE
        jnz     .there
        mov     eax, net_queue
        call    sleep_on
        jmp     .wait
.there:
        pv      sti
        movzx   eax, word [edx + 8]
        mov     ecx, eax
        cmp     ecx, esi
        jbe     .fits
        mov     ecx, esi
.fits:
        mov     esi, [edx]
        add     esi, KERNEL_BASE
        mov     edi, ebx
        rep     movsb                   ; a process that has no such memory dies here: the frame is the next one's
        push    eax
        mov     dword [edx + 12], 0
        mov     ecx, edx
        call    net_next
        mov     [net_received], edx
        shr     ecx, 4
        and     ecx, NET_RING - 1
        mov     [NET_RECEIVE + NET_TAIL], ecx
        pop     eax
        ret
.no:
        mov     eax, -1
        ret

; CF: there is no card, or EBX and ESI are no place for a frame.
net_checked:
        cmp     dword [net_sent], 0
        je      .no
        lea     eax, [esi - 14]
        cmp     eax, NET_LARGEST - 14
        ja      .no
        mov     eax, USER_END
        sub     eax, esi
        cmp     eax, ebx
        ret
.no:
        stc
        ret

; EDX = the descriptor behind EDX: a ring begins with its page.
net_next:
        lea     eax, [edx + 16]
        and     eax, NET_RING * 16 - 1
        and     edx, -PAGE_SIZE
        or      edx, eax
        ret

        align   4
net_sent:                               ; descriptor of the next frame to send, linear; 0: there is no card
        dd      0
net_received:                           ; and of the next one that comes
        dd      0
net_queue:
        dd      0, 0
