; The KVM-like back end. The processor's own virtualization catches what is privileged, so all operations are the native ones
; but those for which KVM offers less work; CPUID 40000001h EAX says which (Linux, Documentation/virt/kvm/x86/cpuid.rst):
;
;     bit 1   KVM_FEATURE_NOP_IO_DELAY    devices are never slow: no wait
;     bit 2   KVM_FEATURE_MMU_OP          page-table writes by hypercall, many with one. Linux 2.6.25 … 3.2; then nested paging
;                                         had made it useless
;
; A hypercall: VMCALL, EAX = number, arguments EBX, ECX, EDX, result EAX. KVM_HC_MMU_OP takes bytes of requests and their
; physical address (low, high) and says how many bytes it has done:
;
;     write PTE    dd 1, 0   dq physical address of the entry   dq value
;     flush TLB    dd 2, 0
;     release      dd 3, 0   dq physical address of a table

KVM_LEAF_FEATURES    equ 0x40000001
KVM_NOP_IO_DELAY     equ 1 << 1
KVM_MMU_OP           equ 1 << 2
KVM_HC_MMU_OP        equ 2
KVM_WRITE_PTE        equ 1
KVM_FLUSH_TLB        equ 2
KVM_RELEASE_PT       equ 3
KVM_QUEUE_SIZE       equ 1024

kvm_init:
        mov     eax, KVM_LEAF_FEATURES
        pv      cpuid
        test    eax, KVM_NOP_IO_DELAY
        jz      .delay
        mov     dword [pv_io_delay], nothing
.delay:
        test    eax, KVM_MMU_OP
        jz      .done
        mov     eax, kvm_operations
        call    operations_take
.done:
        ret

kvm_set_pte:
        pushad
        sub     eax, KERNEL_BASE
        mov     ecx, KVM_WRITE_PTE
        mov     esi, 24
        jmp     kvm_request

kvm_release_table:
        pushad
        mov     ecx, KVM_RELEASE_PT
        mov     esi, 16
        jmp     kvm_request

; At once when nothing is late; else one flush stands for all, when all is written.
kvm_invlpg:
        cmp     dword [kvm_lazy], 0
        jne     .late
        invlpg  [eax]
        ret
.late:
        mov     dword [kvm_stale], 1
        ret

kvm_load_cr3:
        call    kvm_send
        mov     cr3, eax
        ret

kvm_lazy_enter:
        cmp     dword [param_batch], 0
        je      .off
        inc     dword [kvm_lazy]
.off:
        ret

kvm_lazy_leave:
        cmp     dword [kvm_lazy], 1
        ja      .inner
        mov     dword [kvm_lazy], 0
        cmp     dword [kvm_stale], 0
        je      kvm_send
        mov     dword [kvm_stale], 0
        pushad
        mov     ecx, KVM_FLUSH_TLB
        mov     esi, 8
        jmp     kvm_request
.inner:
        dec     dword [kvm_lazy]
        ret

; Append request ECX of ESI bytes with the dwords EAX and EDX; PUSHAD came before and POPAD ends it.
kvm_request:
        mov     edi, [kvm_queued]
        add     edi, esi
        cmp     edi, KVM_QUEUE_SIZE
        jbe     .room
        call    kvm_send
        mov     edi, esi
.room:
        mov     [kvm_queued], edi
        sub     edi, esi
        add     edi, kvm_queue
        mov     [edi], ecx              ; the high halves are 0; a short request's last dwords belong to the next one
        mov     dword [edi + 4], 0
        mov     [edi + 8], eax
        mov     dword [edi + 12], 0
        mov     [edi + 16], edx
        mov     dword [edi + 20], 0
        cmp     dword [kvm_lazy], 0
        jne     .late
        call    kvm_send
.late:
        popad
        ret

kvm_send:
        pushad
        mov     esi, kvm_queue - KERNEL_BASE
        mov     edi, [kvm_queued]
        mov     dword [kvm_queued], 0
.more:
        test    edi, edi
        jz      .done
        mov     eax, KVM_HC_MMU_OP
        mov     ebx, edi
        mov     ecx, esi
        xor     edx, edx
        vmcall
        test    eax, eax
        jle     .refused
        add     esi, eax
        sub     edi, eax
        jmp     .more
.done:
        popad
        ret
.refused:
        mov     edx, eax
        mov     eax, .message
        jmp     panic
.message:
        db      "KVM_HC_MMU_OP:", 0

        align   4
kvm_operations:
        dd      pv_set_pte, kvm_set_pte
        dd      pv_set_pde, kvm_set_pte
        dd      pv_release_table, kvm_release_table
        dd      pv_release_directory, kvm_release_table
        dd      pv_invlpg, kvm_invlpg
        dd      pv_load_cr3, kvm_load_cr3
        dd      pv_lazy_enter, kvm_lazy_enter
        dd      pv_lazy_flush, kvm_send
        dd      pv_lazy_leave, kvm_lazy_leave
        dd      0

kvm_lazy:
        dd      0
kvm_stale:
        dd      0
kvm_queued:                             ; bytes
        dd      0
        align   8
kvm_queue:
        times   KVM_QUEUE_SIZE + 16 db 0
