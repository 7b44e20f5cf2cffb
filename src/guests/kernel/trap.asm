; The ways into the kernel and the one way out.
;
;     exception, interrupt        stub pushes error code (0 where the processor pushes none) and vector, then trap_common
;     int 0x80                    int80_entry      \ the same frame, then syscall_dispatch
;     SYSENTER                    sysenter_entry   / the second goes back by SYSEXIT
;
;     high  SS, ESP               only when ring 3 was interrupted
;           EFLAGS, CS, EIP       pushed by the processor, by sysenter_entry itself
;           error code, vector
;           DS, ES
;           EAX … EDI             PUSHA
;     low   ESP while the handler runs, EBP -> here
;
; A system call gets its number in EAX, arguments in EBX, ESI, EDI; its result is EAX. SYSENTER wants the user's stack
; pointer in ECX and the address to return to in EDX, and loses both.

TRAP_STUBS     equ 48
%define ERROR_CODES 0x00027D00          ; vectors at which the processor pushes one: 8, 10 … 14, 17
SYSCALL_VECTOR equ 0x80

        align   16
trap_stubs:
%assign vector 0
%rep TRAP_STUBS
        align   16
%if ((ERROR_CODES >> vector) & 1) == 0
        push    dword 0
%endif
        push    dword vector
        jmp     trap_common
%assign vector vector + 1
%endrep

%macro save_registers 0
        push    ds
        push    es
        pushad
        mov     ecx, USER_DS
        mov     ds, cx
        mov     es, cx
        cld
        mov     ebp, esp
%endmacro

%macro restore_registers 0
        popad
        pop     es
        pop     ds
        add     esp, 8                  ; vector and error code
%endmacro

trap_common:
        save_registers
        mov     eax, [ebp + FRAME_VECTOR]
        call    [trap_table + eax * 4]
trap_return:
        mov     ebp, esp                ; a new process comes here without one
        compare_ring3
        jne     .restore
        call    leave_kernel
.restore:
        restore_registers
        pvjump  iret

; Before ring 3: give the processor up if a handler asked for it. Returns with interrupts off.
leave_kernel:
        pv      cli
        cmp     dword [need_schedule], 0
        jne     .schedule
        ret
.schedule:
        call    schedule
        jmp     leave_kernel

int80_entry:
        push    dword 0
        push    dword SYSCALL_VECTOR
        save_registers
        call    syscall_dispatch
        jmp     trap_return

sysenter_entry:
        mov     esp, [esp]              ; SYSENTER_ESP is the address of the TSS's stack pointer
        push    dword USER_DS
        push    ecx
        push    dword EFLAGS_USER
        push    dword USER_CS
        push    edx
        push    dword 0
        push    dword SYSCALL_VECTOR
        save_registers
        pv      sti
        call    syscall_dispatch
        call    leave_kernel
        restore_registers
        mov     edx, [esp]              ; EIP
        mov     ecx, [esp + 12]         ; ESP
        pvjump  sysexit

MSR_SYSENTER_CS  equ 0x174
MSR_SYSENTER_ESP equ 0x175
MSR_SYSENTER_EIP equ 0x176
CPUID_SEP        equ 1 << 11

; A processor without SYSENTER is served by int 0x80 alone.
sysenter_init:
        push    ebx
        mov     eax, 1
        pv      cpuid
        pop     ebx
        test    edx, CPUID_SEP
        jz      .none
        xor     edx, edx
        mov     ecx, MSR_SYSENTER_CS
        mov     eax, KERNEL_CS
        or      eax, [kernel_ring]
        pv      wrmsr
        mov     ecx, MSR_SYSENTER_ESP
        mov     eax, tss_esp
        pv      wrmsr
        mov     ecx, MSR_SYSENTER_EIP
        mov     eax, sysenter_entry
        pv      wrmsr
.none:
        ret

; An exception that nothing here expects ends the process; in the kernel it ends everything.
trap_unexpected:
        compare_ring3
        je      kill
        mov     edx, [ebp + FRAME_EIP]
        mov     eax, .message
        jmp     panic
.message:
        db      "exception in the kernel at", 0

        align   4
trap_table:
        times   14 dd trap_unexpected
        dd      page_fault              ; 14
        times   17 dd trap_unexpected
        dd      timer_interrupt         ; IRQ 0
        times   13 dd irq_ignore
        dd      disk_interrupt          ; IRQ 14
        dd      irq_ignore
