; The VMware-like back end: VMI, the interface of 2006 to ESX, revision 13 (Linux patches "VMI i386 Linux virtualization interface").
; The monitor puts a ROM among the option ROMs, whose code does the privileged operations in the monitor's way: a virtual
; interrupt flag, page-table writes that it may queue. What the ROM has is called there directly, the rest stays native. Without
; the ROM only the waits are dropped: a monitor that translates binaries runs the native operations well enough.
;
;     ROM + 0     AA55                            every 2 KB from C0000 to E0000
;         + 8     "cVmi", minor, major revision
;         + 32 n  entry of call n                 arguments EAX, EDX, ECX, result EAX; changes these three
;
; Call 85 says where call EAX really is: EAX = address, DL = 1; another DL: the native instruction will do.

VMI_ROM_FIRST  equ KERNEL_BASE + 0xC0000
VMI_ROM_END    equ KERNEL_BASE + 0xE0000
VMI_STEP       equ 2048
VMI_MAJOR      equ 13
VMI_ENTRY      equ 32
VMI_INIT       equ 4
VMI_RELOCATION equ 85
VMI_IS_CALL    equ 1
VMI_TABLE      equ 1                    ; SetPxE: an entry of a page table …
VMI_DIRECTORY  equ 2                    ; … or of a directory
VMI_DEFER      equ 0x20                 ; may wait for FlushDeferredCalls
VMI_FLUSH      equ 0x80 | 0x40          ; page-table writes and the processor's state

vmware_init:
        mov     dword [pv_io_delay], nothing
        mov     esi, VMI_ROM_FIRST
.look:
        cmp     word [esi], 0xAA55
        jne     .next
        cmp     dword [esi + 8], "cVmi"
        jne     .next
        cmp     byte [esi + 13], VMI_MAJOR
        je      .found
.next:
        add     esi, VMI_STEP
        cmp     esi, VMI_ROM_END
        jb      .look
.done:
        ret
.found:
        lea     eax, [esi + VMI_INIT * VMI_ENTRY]
        call    eax
        test    eax, eax
        js      .done
        mov     edi, vmi_calls
.call:
        mov     eax, [edi]
        test    eax, eax
        jz      .done
        lea     ecx, [esi + VMI_RELOCATION * VMI_ENTRY]
        call    ecx
        cmp     dl, VMI_IS_CALL
        jne     .native
        mov     ecx, [edi + 4]
        mov     [ecx], eax
        mov     ecx, [edi + 8]
        mov     edx, [edi + 12]
        mov     [ecx], edx
.native:
        add     edi, 16
        jmp     .call

; Operations of ours that become one call of the ROM's. An operation changes no register but EAX.
%macro vmi_call 1
        push    edx
        push    ecx
        call    [%1]
        pop     ecx
        pop     edx
        ret
%endmacro

vmi_cli:
        push    eax
        call    .call
        pop     eax
        ret
.call:
        vmi_call vmi_disable
vmi_sti:
        push    eax
        call    .call
        pop     eax
        ret
.call:
        vmi_call vmi_enable
vmi_save_fl:
        vmi_call vmi_get_mask
vmi_restore_fl:
        vmi_call vmi_set_mask
vmi_invlpg:
        vmi_call vmi_inval_page
vmi_load_cr3:
        vmi_call vmi_set_cr3
vmi_read_cr2:
        vmi_call vmi_get_cr2

vmi_set_pte:
        push    edx
        push    ecx
        mov     ecx, VMI_TABLE
vmi_set_entry:
        cmp     dword [vmi_lazy], 0
        je      .now
        or      ecx, VMI_DEFER
.now:
        xchg    eax, edx                ; EAX = value, EDX -> entry, ECX = what it is an entry of
        call    [vmi_set_pxe]
        pop     ecx
        pop     edx
        ret

vmi_set_pde:
        push    edx
        push    ecx
        mov     ecx, VMI_DIRECTORY
        jmp     vmi_set_entry

vmi_load_esp0:
        push    edx
        push    ecx
        mov     edx, eax
        mov     eax, tss
        call    [vmi_update_stack]
        pop     ecx
        pop     edx
        ret

vmi_lazy_enter:
        cmp     dword [param_batch], 0
        je      .off
        inc     dword [vmi_lazy]
.off:
        ret

vmi_lazy_leave:
        cmp     dword [vmi_lazy], 0
        je      .off
        dec     dword [vmi_lazy]
        jz      vmi_lazy_flush
.off:
        ret

vmi_lazy_flush:
        push    eax
        mov     eax, VMI_FLUSH
        call    .call
        pop     eax
        ret
.call:
        vmi_call vmi_flush_deferred

; Number of the call, where its address goes, slot, operation.
        align   4
vmi_calls:
        dd      36, vmi_disable, pv_cli, vmi_cli
        dd      35, vmi_enable, pv_sti, vmi_sti
        dd      37, vmi_get_mask, pv_save_fl, vmi_save_fl
        dd      38, vmi_set_mask, pv_restore_fl, vmi_restore_fl
        dd      39, pv_iret, vmi_unused, 0
        dd      40, pv_sysexit, vmi_unused, 0
        dd      19, vmi_update_stack, pv_load_esp0, vmi_load_esp0
        dd      22, vmi_set_cr3, pv_load_cr3, vmi_load_cr3
        dd      25, vmi_get_cr2, pv_read_cr2, vmi_read_cr2
        dd      55, vmi_inval_page, pv_invlpg, vmi_invlpg
        dd      87, vmi_set_pxe, pv_set_pte, vmi_set_pte
        dd      87, vmi_set_pxe, pv_set_pde, vmi_set_pde
        dd      57, vmi_flush_deferred, pv_lazy_enter, vmi_lazy_enter
        dd      57, vmi_flush_deferred, pv_lazy_flush, vmi_lazy_flush
        dd      57, vmi_flush_deferred, pv_lazy_leave, vmi_lazy_leave
        dd      0

vmi_disable:
        dd      0
vmi_enable:
        dd      0
vmi_get_mask:
        dd      0
vmi_set_mask:
        dd      0
vmi_update_stack:
        dd      0
vmi_set_cr3:
        dd      0
vmi_get_cr2:
        dd      0
vmi_inval_page:
        dd      0
vmi_set_pxe:
        dd      0
vmi_flush_deferred:
        dd      0
vmi_unused:                             ; for operations whose slot takes the address itself
        dd      0
vmi_lazy:
        dd      0
