/** Gives the PCI functions their addresses and interrupts. */
export const PCI = `
; ---------------------------------------------------------------- PCI
PCI_PORTS   equ 0xc000          ; port windows go from here up
PCI_MEMORY  equ 0xe0000000      ; memory windows too

; Goes through bus 0. EBX: the function's configuration address; SI, EDI: next free port and memory address.
set_pci:
    mov si, PCI_PORTS
    mov edi, PCI_MEMORY
    mov ebx, 0x80000000
.function:
    xor al, al
    call pci_read
    inc ax
    jz .next                    ; nobody there
    call set_function
.next:
    add ebx, 0x100
    cmp ebx, 0x80010000
    jb .function
    mov ebx, 0x80000800         ; the ISA bridge: PCI interrupts A … D become 10, 10, 11, 11
    mov al, 0x60
    mov ecx, 0x0b0b0a0a
    call pci_write
    mov ebx, 0x80000900         ; the IDE function: both channels answer at their old ports
    mov al, 0x40
    mov ecx, 0x80008000
    jmp pci_write

; Sizes and places the six windows of a function, lets it answer and master the bus.
set_function:
    mov al, 0x10
.window:
    mov ecx, 0xffffffff
    call pci_write
    push ax
    call pci_read
    mov ecx, eax
    pop ax
    jecxz .none
    test cl, 1
    jz .memory
    and cl, 0xfc                ; a port window of -ECX bytes
    neg cx
    dec cx
    add si, cx                  ; up to a multiple of its size
    not cx
    and si, cx
    neg cx
    movzx edx, si
    add si, cx
    jmp .place
.memory:
    and cl, 0xf0
    neg ecx
    dec ecx
    add edi, ecx
    not ecx
    and edi, ecx
    neg ecx
    mov edx, edi
    add edi, ecx
.place:
    mov ecx, edx
    call pci_write
.none:
    add al, 4
    cmp al, 0x28
    jb .window
    mov al, 0x04
    mov ecx, 7                  ; ports, memory, bus master
    call pci_write
    ; Interrupt line: pin A of device n is wire (n − 1) mod 4, the next pins follow.
    mov al, 0x3c
    call pci_read
    movzx cx, ah
    jcxz .done
    mov edx, ebx
    shr edx, 11
    add cx, dx
    sub cx, 2
    shr cl, 1
    and cl, 1
    add cl, 10
    movzx ecx, cl
    mov al, 0x3c
    call pci_write
.done:
    ret

; EAX = register AL of function EBX. Destroys DX.
pci_read:
    call pci_select
    in eax, dx
    ret

; Register AL of function EBX = ECX. Destroys DX, keeps AX.
pci_write:
    push eax
    call pci_select
    mov eax, ecx
    out dx, eax
    pop eax
    ret

pci_select:
    movzx eax, al
    or eax, ebx
    mov dx, 0xcf8
    out dx, eax
    mov dx, 0xcfc
    ret
`;
