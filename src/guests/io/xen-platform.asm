; A domain of Xen's in place of platform.asm: ring 1, hypercalls, event channels (xen/include/public: xen.h, arch-x86/xen-x86_32.h,
; grant_table.h, event_channel.h, sched.h). Whoever builds the domain maps all of its memory, linear addresses being physical ones; ESI
; -> start info. No line of any interrupt controller is open: all that wakes this guest are events.

MACH2PHYS      equ 0xFC000000          ; physical frame by machine frame
RING1_CS       equ 0xE019              ; the hypervisor's own flat segment
DOMID_SELF     equ 0x7FF0

XEN_SET_TRAPS  equ 0
XEN_CALLBACKS  equ 4
XEN_UPDATE_VA  equ 14
XEN_VERSION    equ 17
XEN_GRANT_OP   equ 20
XEN_SCHED_OP   equ 29
XEN_EVENT_OP   equ 32
SETUP_TABLE    equ 2
BLOCK          equ 1
EVENT_CLOSE    equ 3
EVENT_SEND     equ 4
EVENT_UNBOUND  equ 6
EVENT_UNMASK   equ 9
UVMF_INVLPG    equ 2

START_SHARED   equ 36                  ; of start info: machine address of the shared page
START_STORE    equ 44                  ; machine frame, port
START_FRAMES   equ 68                  ; linear: machine frame by physical frame
UPCALL_PENDING equ 0                   ; of the shared page
UPCALL_MASK    equ 1
SELECTOR       equ 4
PENDING        equ 2048
MASK           equ 2176

GRANT_TABLE    equ SHARED + 0x10000
GRANT_FRAMES   equ 2
GRANT_PERMIT   equ 1                   ; flags of an entry
GRANT_READONLY equ 4
GRANT_IN_USE   equ 0x18                ; mapped to be read, to be written

; Number; arguments are in EBX, ECX, EDX, ESI.
%macro hypercall 1
        mov     eax, %1
        int     0x82
%endmacro

; Nothing to do until an event comes; and a look at whether one has.
%macro platform_wait 0
        call    xen_wait
%endmacro
%macro platform_look 0
        call    xen_look
%endmacro

start:
        cld
        mov     esp, STACK
        mov     eax, [esi + START_FRAMES]
        mov     [frame_list], eax
        mov     eax, [esi + START_STORE]
        call    from_machine
        mov     [store_page], eax
        mov     eax, [esi + START_STORE + 4]
        mov     [store_port], eax
        mov     eax, [esi + START_SHARED]
        shr     eax, 12
        call    from_machine
        mov     [shared_info], eax
        lea     edi, [eax + MASK]
        mov     ecx, 32
        mov     eax, -1
        rep     stosd
        mov     edi, traps              ; db vector, DPL; dw selector; dd address
        xor     ecx, ecx
.trap:
        mov     eax, ecx
        or      eax, RING1_CS << 16
        stosd
        mov     eax, unexpected
        stosd
        inc     ecx
        cmp     ecx, 32
        jb      .trap
        mov     ebx, traps
        hypercall XEN_SET_TRAPS
        mov     ebx, RING1_CS
        mov     ecx, upcall
        mov     edx, ebx
        mov     esi, unexpected
        hypercall XEN_CALLBACKS
        mov     eax, [store_port]
        call    event_unmask
        call    grants_init
        jmp     main

; EAX = machine frame: EAX = its linear address here.
from_machine:
        mov     eax, [MACH2PHYS + eax * 4]
        shl     eax, 12
        ret

; The frames of the grant table are the hypervisor's, and mapped like any page.
grants_init:
        mov     ebx, SETUP_TABLE
        mov     ecx, .setup
        mov     edx, 1
        hypercall XEN_GRANT_OP
        xor     ebp, ebp
.frame:
        mov     ebx, ebp
        shl     ebx, 12
        add     ebx, GRANT_TABLE
        mov     ecx, [.frames + ebp * 4]
        shl     ecx, 12
        or      ecx, 3                  ; present, writable
        xor     edx, edx
        mov     esi, UVMF_INVLPG
        hypercall XEN_UPDATE_VA
        inc     ebp
        cmp     ebp, GRANT_FRAMES
        jb      .frame
        ret
        align   4
.setup:                                 ; domain, frames, status, where they are told
        dd      DOMID_SELF, GRANT_FRAMES, 0, .frames
.frames:
        times   GRANT_FRAMES dd 0

; Entry EAX grants the page at EDI to domain EDX; ESI = 1: to be read only. Keeps all.
grant:
        push    eax
        push    ecx
        mov     ecx, edi
        shr     ecx, 12
        shl     ecx, 2
        add     ecx, [frame_list]
        mov     ecx, [ecx]
        lea     eax, [GRANT_TABLE + eax * 8]
        mov     [eax + 4], ecx
        mov     [eax + 2], dx
        lea     ecx, [esi * GRANT_READONLY + GRANT_PERMIT]
        mov     [eax], cx               ; last: from now on it counts
        pop     ecx
        pop     eax
        ret

; Take entry EAX back. CF: somebody has the page mapped still.
grant_end:
        test    byte [GRANT_TABLE + eax * 8], GRANT_IN_USE
        jnz     .busy
        mov     word [GRANT_TABLE + eax * 8], 0
        ret
.busy:
        stc
        ret

; EAX = a new port, for domain EDX to bind; negative: an error.
event_unbound:
        push    ebx
        mov     word [.call + 2], dx
        mov     ebx, EVENT_UNBOUND
        mov     ecx, .call
        hypercall XEN_EVENT_OP
        test    eax, eax
        js      .out
        mov     eax, [.call + 4]
.out:
        pop     ebx
        ret
        align   4
.call:
        dw      DOMID_SELF, 0
        dd      0

; Port EAX, and in event_call operation EDX. They keep EBX, ESI, EDI and EBP.
event_unmask:
        mov     edx, EVENT_UNMASK
        jmp     event_call
event_send:
        mov     edx, EVENT_SEND
event_call:
        push    ebx
        mov     [.port], eax
        mov     ebx, edx
        mov     ecx, .port
        hypercall XEN_EVENT_OP
        pop     ebx
        ret
        align   4
.port:
        dd      0

; Sleep until an event is pending: the mask goes with the same call. Keeps all but EAX and ECX.
xen_wait:
        push    ebx
        mov     ebx, BLOCK
        xor     ecx, ecx
        hypercall XEN_SCHED_OP
        pop     ebx
        mov     eax, [shared_info]
        mov     byte [eax + UPCALL_MASK], 1
        ret

xen_look:
        mov     eax, [shared_info]
        mov     byte [eax + UPCALL_MASK], 0
        cmp     byte [eax + UPCALL_PENDING], 0
        je      .none
        push    ebx
        xor     ebx, ebx
        xor     ecx, ecx
        hypercall XEN_VERSION           ; on the way back from any hypercall what waits is delivered
        pop     ebx
        mov     eax, [shared_info]
.none:
        mov     byte [eax + UPCALL_MASK], 1
        ret

; Every driver looks at its ring when something has come: here it is only taken note of, level by level.
upcall:
        pushad
        mov     edi, [shared_info]
        mov     byte [edi + UPCALL_PENDING], 0
        xor     eax, eax
        xchg    eax, [edi + SELECTOR]
.word:
        bsf     ecx, eax
        jz      .taken
        btr     eax, ecx
        mov     edx, [edi + MASK + ecx * 4]
        not     edx
        and     edx, [edi + PENDING + ecx * 4]
        not     edx
        lock and [edi + PENDING + ecx * 4], edx
        jmp     .word
.taken:
        popad
        push    eax
        mov     eax, [shared_info]
        mov     byte [eax + UPCALL_MASK], 0
        cmp     byte [eax + UPCALL_PENDING], 0
        jne     .again
        pop     eax
        iretd
.again:
        mov     byte [eax + UPCALL_MASK], 1
        pop     eax
        jmp     upcall

unexpected:
        mov     esi, unexpected_message
        call    print
        mov     al, EXCEPTION_CODE

; End the machine with the code AL.
leave:
        out     EXIT_PORT, al
.halt:
        jmp     .halt

unexpected_message:
        db      "failed: unexpected exception", 10, 0

        align   8
traps:
        times   32 dq 0
        dq      0                       ; the end
shared_info:
        dd      0
frame_list:
        dd      0
store_page:
        dd      0
store_port:
        dd      0
