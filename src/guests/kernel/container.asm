; What a kernel does besides for the processes of a container, and for no others (Linux's names): a filter on each system call, the
; processor time and the requests charged to the groups that the process is in, and a file that is another one below.
;
;     process ── system call ──▶ seccomp: data, cache of what is always allowed ──▶ the call
;                                                          overlay: the mounter's rights, the file below ──▶ the disk's request, charged
;     switch  ──▶ cgroup: the time since the last one, to each group up to the root's child
;
; Every process here is in the container. Namespaces cost nothing where nobody looks a name up.

AUDIT_ARCH_I386 equ 0x40000003
GROUPS          equ 2                  ; of the container itself, and of all containers: "/docker/ID"
; A group: usage (qword), virtual time (qword), inverse weight (dword, in 2^-22), quota left (dword),
; bytes (qword) and requests (qword) of input and output.
GROUP_USAGE     equ 0
GROUP_VIRTUAL   equ 8
GROUP_INVERSE   equ 16
GROUP_QUOTA     equ 20
GROUP_BYTES     equ 24
GROUP_REQUESTS  equ 32
GROUP_SIZE      equ 40

; The system call in EAX with its arguments, EBP -> frame: carry when it is refused. Keeps EAX, EBX, ESI, EDI.
; struct seccomp_data, and the bitmap of calls that every filter allows whatever their arguments (Linux 5.11, seccomp_cache_check_allow).
seccomp_check:
        mov     [seccomp_data], eax
        mov     dword [seccomp_data + 4], AUDIT_ARCH_I386
        mov     ecx, [ebp + FRAME_EIP]
        mov     [seccomp_data + 8], ecx
        mov     [seccomp_data + 16], ebx
        mov     ecx, [ebp + FRAME_ECX]
        mov     [seccomp_data + 24], ecx
        mov     ecx, [ebp + FRAME_EDX]
        mov     [seccomp_data + 32], ecx
        mov     [seccomp_data + 40], esi
        mov     [seccomp_data + 48], edi
        bt      [seccomp_allowed], eax
        cmc
        ret

; The process that ran has had the processor since group_stamp; after this it is now. Keeps EAX, EBX.
group_charge:
        push    eax
        push    ebx
        push    esi
        inline_read_clock
        mov     ecx, eax
        sub     ecx, [group_stamp]
        mov     [group_stamp], eax
        mov     esi, groups
.group:
        add     [esi + GROUP_USAGE], ecx
        adc     dword [esi + GROUP_USAGE + 4], 0
        mov     eax, ecx                ; virtual time: by weight (sched/fair.c, __calc_delta)
        mul     dword [esi + GROUP_INVERSE]
        shrd    eax, edx, 22
        add     [esi + GROUP_VIRTUAL], eax
        adc     dword [esi + GROUP_VIRTUAL + 4], 0
        sub     [esi + GROUP_QUOTA], ecx ; no limit is set: what is left is of no consequence
        add     esi, GROUP_SIZE
        cmp     esi, groups + GROUPS * GROUP_SIZE
        jb      .group
        pop     esi
        pop     ebx
        pop     eax
        ret

; Before the file below is read or written (overlayfs, ovl_read_iter): whose rights count, and its reference. Keeps all but ECX.
overlay_enter:
        mov     ecx, [credentials_mounter]
        inc     dword [ecx]
        xchg    ecx, [credentials]
        mov     [credentials_saved], ecx
        mov     ecx, [overlay_real]
        inc     dword [ecx]
; One sector to each group.
        push    eax
        mov     ecx, groups
.group:
        add     dword [ecx + GROUP_BYTES], 512
        adc     dword [ecx + GROUP_BYTES + 4], 0
        add     dword [ecx + GROUP_REQUESTS], 1
        adc     dword [ecx + GROUP_REQUESTS + 4], 0
        add     ecx, GROUP_SIZE
        cmp     ecx, groups + GROUPS * GROUP_SIZE
        jb      .group
        pop     eax
        ret

; And after it. Keeps all but ECX.
overlay_leave:
        mov     ecx, [overlay_real]
        dec     dword [ecx]
        mov     ecx, [credentials_saved]
        xchg    ecx, [credentials]
        dec     dword [ecx]
        ret

        align   4
seccomp_data:                           ; number, architecture, instruction pointer, six arguments
        times   64 db 0
seccomp_allowed:
        dd      -1
group_stamp:
        dd      0
groups:
%rep GROUPS
        dd      0, 0, 0, 0, 1 << 22, 0, 0, 0, 0, 0
%endrep
credentials:
        dd      credentials_process
credentials_saved:
        dd      0
credentials_mounter:
        dd      credentials_root
credentials_process:                    ; counts of references
        dd      1
credentials_root:
        dd      1
overlay_real:
        dd      overlay_lower
overlay_lower:
        dd      1
