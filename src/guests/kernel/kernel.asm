; The kernel: what the boot sector jumps to, at KERNEL_BASE + KERNEL_LOAD, interrupts off, all of
; memory mapped from KERNEL_BASE; on ring 0, or on ring 1 with ESI -> start info of a monitor (xen.asm).
;
; One thread of control on one processor. It is not preemptive: a process gives the processor up inside the kernel only where
; it says so (sleep_on, yield), or on its way back to ring 3. Interrupt handlers wake processes and ask for a new choice, never
; switch. So only what an interrupt handler also touches, the queues, is guarded, by save_fl, cli and restore_fl.
;
; Functions take EAX, EDX, ECX, give EAX, and keep EBX, ESI, EDI and EBP, unless they say otherwise.

%include "layout.asm"

        bits    32
        org     KERNEL_BASE + KERNEL_LOAD

        jmp     start

; For a monitor that loads the kernel itself: what it is made for, where its linear addresses begin, the first instruction.
; It lies at the last one's physical address, and ends at image_end.
        align   4
note:
        db      "xen-3.0", 0
        dd      KERNEL_BASE, KERNEL_BASE + KERNEL_LOAD
; The builder fills these in.
image_end:                              ; physical, page-aligned: memory is free from here
        dd      0
param_memory_pages:
        dd      0
param_timer_divisor:                    ; of the PIT's 1193182 Hz; 0: no timer
        dd      0
pv_sites:                               ; pairs of dwords: address of the site, address of its slot
        dd      0
pv_site_count:
        dd      0
program_count:
        dd      0
programs:                               ; pairs of dwords: first byte (linear), pages. Program 0 is started at boot
        times   2 * 8 dd 0

param_patch:                            ; 1: rewrite the sites at boot
        dd      0
param_batch:                            ; 1: a back end may queue what lies between lazy_enter and lazy_leave
        dd      0

%include "pvops.asm"
%include "native.asm"
%include "segments.asm"
%include "console.asm"
%include "memory.asm"
%include "paging.asm"
%include "region.asm"
%include "fault.asm"
%include "trap.asm"
%include "timer.asm"
%include "disk.asm"
%ifdef DEVICES                          ; more than every guest needs: other kernels stay as they are
%include "disk-write.asm"
%include "net.asm"
%endif
%ifdef CONTAINER
%include "container.asm"
%endif
%include "sched.asm"
%include "process.asm"
%include "fork.asm"
%include "exec.asm"
%include "files.asm"
%include "pipe.asm"
%include "syscall.asm"
%ifndef VANILLA
%include "hypervisor.asm"
%include "patch.asm"
%include "kvm.asm"
%include "vmware.asm"
%include "xen.asm"
%include "xen-memory.asm"
%endif

start:
        cld
        mov     esp, BOOT_STACK
%ifndef VANILLA
        call    hypervisor_init
        call    patch_sites
%endif
        call    segments_init
        call    console_init
        call    memory_init
        call    paging_init
        call    sysenter_init
        call    timer_init
        call    disk_init
%ifdef DEVICES
        call    net_init
%endif
        call    idle_init               ; EAX = the idle process, which has a stack
        lea     esp, [eax + PAGE_SIZE]
        mov     eax, banner
        call    print
        call    first_process
idle:
        pv      cli
        call    schedule                ; comes back when nobody can run
        pv      safe_halt
        jmp     idle

banner:
        db      "ringlab guest", 10, 0
