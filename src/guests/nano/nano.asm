; Nanobenchmarks: single operations of a kernel, each so often that its price shows, as those of FrobOS (Adams and Agesen,
; "A Comparison of Software and Hardware Techniques for x86 Virtualization", ASPLOS 2006, sec. 6.3).
;
; The boot sector of the other kernel loads and enters this one: 32 bits, paging on, the low 4 MB mapped to themselves.
; With LONG defined it goes on into 64-bit mode. Interrupts are off on ring 0. For each benchmark:
;
;     loop, param_warm_up times      not measured: a monitor may learn
;     mark                           odd label
;     loop, param_iterations times
;     mark                           the next label
;     "name checksum"                EBP: how many traps were taken, or what was found in the end

%include "layout.asm"

        bits    32
        org     IMAGE

        mov     eax, start              ; from C0100000, where the boot sector jumps to
        jmp     eax

; The builder fills these in.
        align   4
param_iterations:
        dd      0
param_warm_up:
        dd      0

%include "tables.asm"
%ifdef LONG
%include "long.asm"
%else
%include "protected.asm"
%endif
%include "output.asm"
%include "benchmarks.asm"

main:
        mov     esi, banner
        call    print
        mov     esi, benchmarks
        mov     dword [label], 1
.next:
        call    measure
        add     esi, 8
        cmp     esi, benchmarks_end
        jb      .next
        xor     eax, eax

; End the machine with the code AL.
leave:
        out     EXIT_PORT, al
.halt:
        hlt
        jmp     .halt

; Run the benchmark at ESI.
measure:
        push    nsi
        mov     edi, [esi + 4]          ; the loop
        push    ndi
        mov     ecx, [param_warm_up]
        call    ndi
        pop     ndi
        xor     ebp, ebp
        call    mark
        mov     ecx, [param_iterations]
        call    ndi
        call    mark
        pop     nsi
        push    nsi
        mov     esi, [esi]
        call    print
        mov     al, " "
        call    put_char
        mov     edx, ebp
        call    print_hex
        mov     al, 10
        call    put_char
        pop     nsi
        ret

mark:
        mov     eax, [label]
        out     MARKER_PORT, al
        inc     dword [label]
        ret

; What is not expected ends the machine.
unexpected:
        mov     esi, .message
        call    print
        mov     al, 1
        jmp     leave
.message:
        db      "unexpected exception", 10, 0

        align   4
label:
        dd      0
banner:
        db      "ringlab nano", 10, 0

; What runs on ring 3, on a page of its own.
        align   PAGE_SIZE
%include "user.asm"
