; Descriptor tables, gates and page tables, built by 32-bit code also when the mode will be the other.

tables_init:
        mov     edi, TABLES
        mov     ecx, (STACK_FRAME - TABLES) / 4
        xor     eax, eax
        rep     stosd

        mov     edi, LOW_TABLE
        mov     eax, PRESENT | WRITABLE
        mov     ecx, 1024
.low:
        mov     [edi], eax
        add     eax, PAGE_SIZE
        add     edi, ENTRY
        loop    .low
        mov     dword [HIGH_ENTRY(USER_CODE)], user + PRESENT + USER
        mov     dword [HIGH_ENTRY(USER_STACK)], STACK_FRAME | PRESENT | WRITABLE | USER
        mov     dword [HIGH_ENTRY(MOVING)], FRAME_A | PRESENT | WRITABLE
        mov     dword [FRAME_A], 0xA
        mov     dword [FRAME_B], 0xB
%ifdef LONG
        mov     dword [TABLES], (TABLES + 0x1000) | PRESENT | WRITABLE | USER
        mov     dword [TABLES + 0x1000], (TABLES + 0x2000) | PRESENT | WRITABLE | USER
        mov     dword [TABLES + 0x2000], LOW_TABLE | PRESENT | WRITABLE
        mov     dword [TABLES + 0x2008], (LOW_TABLE + 0x1000) | PRESENT | WRITABLE
        mov     dword [TABLES + 0x2010], HIGH_TABLE | PRESENT | WRITABLE | USER
%else
        mov     dword [TABLES], LOW_TABLE | PRESENT | WRITABLE
        mov     dword [TABLES + 4], HIGH_TABLE | PRESENT | WRITABLE | USER
%endif

        mov     eax, tss                ; scatter its address over the descriptor; the rest of a 64-bit one is zero
        mov     [gdt_tss + 2], ax
        shr     eax, 16
        mov     [gdt_tss + 4], al
        mov     [gdt_tss + 7], ah

        xor     ecx, ecx
.gate:
        mov     eax, unexpected
        call    set_gate
        inc     ecx
        cmp     ecx, VECTORS
        jb      .gate
        mov     ecx, DIVIDE_ERROR
        mov     eax, divide_error
        call    set_gate
        mov     ecx, PAGE_FAULT
        mov     eax, page_fault
        call    set_gate
        mov     ecx, USER_DONE
        mov     eax, user_done

; Interrupt gate ECX leads to EAX and is open to ring 3. A gate is 8 bytes, or 16 with the address's high half, which is zero.
set_gate:
        mov     edx, ecx
        imul    edx, 2 * SLOT
        add     edx, idt
        mov     [edx], ax
        mov     word [edx + 2], KERNEL_CS
        mov     ax, 0xEE00
        mov     [edx + 4], eax
        ret

        align   8
gdt:
        dq      0
%ifdef LONG
        dq      0x00AF9A000000FFFF      ; 64-bit code
%else
        dq      0x00CF9A000000FFFF      ; code, 0 … 4 GB
%endif
        dq      0x00CF92000000FFFF      ; data
        dq      0x00CFFA000000FFFF      ; ring 3: 32-bit code
        dq      0x00CFF2000000FFFF      ; data
        dq      0x00AFFA000000FFFF      ; 64-bit code
gdt_tss:
        dq      0x0000890000000067      ; available TSS of 104 bytes
        dq      0
gdt_pointer:
        dw      gdt_pointer - gdt - 1
        dd      gdt, 0

        align   8
idt:
        times   VECTORS * 2 * SLOT db 0
idt_pointer:
        dw      idt_pointer - idt - 1
        dd      idt, 0

; Ring 0's stack is at 4 in both kinds of TSS (SDM Vol. 3, 8.2.1 and 8.7); its SS at 8 is the high half in the 64-bit one.
        align   4
tss:
        dd      0, TRAP_STACK
%ifdef LONG
        dd      0
%else
        dd      KERNEL_DS
%endif
        times   22 dd 0
        dw      0, 104                  ; I/O bitmap beyond the limit
