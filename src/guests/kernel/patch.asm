; Rewrite the sites in place: the operation's own instructions where they fit, else a direct call, which needs no memory and is
; predicted. Once, at boot, before anything else runs.
;
;     call [pv_cli]     FF 15 ........     FA 66 0F 1F 44 00           CLI, NOP
;     call [pv_cli]                        E8 ........ 90              call xen_cli, NOP
;     jmp  [pv_iret]    FF 25 ........     CF C3 0F 1F 40 00           IRET, RET that nobody reaches, NOP

SITE_SIZE      equ 6
OPCODE_CALL    equ 0xE8
OPCODE_JUMP    equ 0xE9
MODRM_JUMP     equ 0x25                 ; second byte of an indirect jump

patch_sites:
        cmp     dword [param_patch], 0
        je      .off
        push    ebx
        push    esi
        push    edi
        push    ebp
        mov     ebx, [pv_sites]
        mov     ebp, [pv_site_count]
.site:
        mov     edi, [ebx]
        mov     edx, [ebx + 4]
        mov     edx, [edx]              ; the operation
        call    patch_site
        add     ebx, 8
        dec     ebp
        jnz     .site
        pop     ebp
        pop     edi
        pop     esi
        pop     ebx
.off:
        ret

; Site EDI shall do the operation EDX. Changes all but EBX and EBP.
patch_site:
        mov     esi, inlines
.find:
        cmp     edx, [esi]
        je      .found
        add     esi, 8
        cmp     esi, inlines_end
        jb      .find
        jmp     .direct
.found:
        mov     ecx, [esi + 4]
        sub     ecx, edx
        cmp     byte [edi + 1], MODRM_JUMP
        jne     .length
        inc     ecx                     ; the RET behind it
.length:
        cmp     ecx, SITE_SIZE
        ja      .direct
        mov     esi, edx
        mov     edx, SITE_SIZE
        sub     edx, ecx
        rep     movsb
        mov     esi, [nops + edx * 4]
        mov     ecx, edx
        rep     movsb
        ret
.direct:
        mov     al, OPCODE_CALL
        cmp     byte [edi + 1], MODRM_JUMP
        jne     .opcode
        mov     al, OPCODE_JUMP
.opcode:
        stosb
        lea     eax, [edi + 4]          ; the displacement counts from the next instruction
        sub     edx, eax
        mov     eax, edx
        stosd
        mov     al, 0x90
        stosb
        ret

; One instruction of n bytes that does nothing (SDM Vol. 2, NOP, table 4-12), by n.
        align   4
nops:
        dd      .0, .1, .2, .3, .4, .5, .6
.0:
.1:
        db      0x90
.2:
        db      0x66, 0x90
.3:
        db      0x0F, 0x1F, 0x00
.4:
        db      0x0F, 0x1F, 0x40, 0x00
.5:
        db      0x0F, 0x1F, 0x44, 0x00, 0x00
.6:
        db      0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00

; Operations that can do without being called: first byte, and where their RET is.
%macro inline 1
        dd      native_%1, native_%1.end
%endmacro

        align   4
inlines:
        each_operation inline
        dd      nothing, nothing
        dd      xen_save_fl, xen_save_fl.end
        dd      xen_read_cr2, xen_read_cr2.end
inlines_end:
