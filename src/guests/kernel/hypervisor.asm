; What is below this kernel? Nothing, or a hypervisor that says its name.
;
;     CPUID 1          ECX bit 31       somebody is there (a bit that processors keep 0 for this)
;     CPUID 40000000   EBX ECX EDX      its name, twelve characters; EAX: the highest of its leaves
;
; A monitor that paravirtualizes enters the kernel on ring 1, where CPUID does not trap; so it is asked in its own way, and ESI
; -> start info (xen.asm) says that it must be.

CPUID_HYPERVISOR equ 1 << 31
HYPERVISOR_LEAF  equ 0x40000000

; ESI: 0, or start info. Puts the back end's operations into the table.
hypervisor_init:
        mov     [start_info], esi
        test    esi, esi
        jz      .ask
        mov     dword [pv_cpuid], xen_cpuid
.ask:
        mov     eax, 1
        pv      cpuid
        test    ecx, CPUID_HYPERVISOR
        jz      .none
        mov     eax, HYPERVISOR_LEAF
        pv      cpuid
        mov     esi, .known
.next:
        cmp     ebx, [esi]
        jne     .other
        cmp     ecx, [esi + 4]
        jne     .other
        cmp     edx, [esi + 8]
        jne     .other
        jmp     [esi + 12]
.other:
        add     esi, 16
        cmp     esi, .end
        jb      .next
.none:                                  ; or nobody that this kernel knows: he must do with the native operations
        ret

        align   4
.known:
        db      "XenVMMXenVMM"
        dd      xen_init
        db      "KVMKVMKVM", 0, 0, 0
        dd      kvm_init
        db      "VMwareVMware"
        dd      vmware_init
.end:

start_info:                             ; linear
        dd      0

; Put the operations of the list EAX into the table: pairs of slot and function, then 0.
operations_take:
        mov     edx, [eax]
        test    edx, edx
        jz      .done
        mov     ecx, [eax + 4]
        mov     [edx], ecx
        add     eax, 8
        jmp     operations_take
.done:
        ret

; An operation that needs nothing done.
nothing:
        ret
