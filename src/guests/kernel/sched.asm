; Round robin: a queue of those who may run, and other queues of those who wait.
;
;     queue:  first, last      process: PROCESS_NEXT -> … -> 0
;
;     run_queue     may run            sleepers      until a tick              disk_queue     the disk
;     PIPE_QUEUE    data or room       PROCESS_CHILD_EXIT  a child's end
;
; The process that runs is in no queue. When nobody may run, the idle process does; it is never in a queue.

; Append process EDX to queue EAX. Interrupts are off.
queue_push:
        mov     dword [edx + PROCESS_NEXT], 0
        cmp     dword [eax], 0
        je      .empty
        mov     ecx, [eax + 4]
        mov     [ecx + PROCESS_NEXT], edx
        mov     [eax + 4], edx
        ret
.empty:
        mov     [eax], edx
        mov     [eax + 4], edx
        ret

; Take the first of queue EAX: EAX, 0 if there is none. Interrupts are off.
queue_pop:
        mov     edx, eax
        mov     eax, [edx]
        test    eax, eax
        jz      .empty
        mov     ecx, [eax + PROCESS_NEXT]
        mov     [edx], ecx
.empty:
        ret

; Wait in queue EAX until somebody wakes it.
sleep_on:
        mov     edx, eax
        pv      save_fl
        push    eax
        pv      cli
        mov     eax, edx
        current edx
        mov     dword [edx + PROCESS_STATE], BLOCKED
        call    queue_push
        call    schedule
        pop     eax
        pvjump  restore_fl

; Let all run who wait in queue EAX.
wake_up:
        cmp     dword [eax], 0
        je      .nobody
        push    ebx
        mov     ebx, eax
        pv      save_fl
        push    eax
        pv      cli
.next:
        mov     eax, ebx
        call    queue_pop
        test    eax, eax
        jz      .done
        call    make_runnable
        jmp     .next
.done:
        pop     eax
        pv      restore_fl
        pop     ebx
.nobody:
        ret

; Process EAX may run. Interrupts are off.
make_runnable:
        mov     dword [eax + PROCESS_STATE], RUNNING
        mov     edx, eax
        mov     eax, run_queue
        jmp     queue_push

; yield(): the others first.
sys_yield:
        pv      cli
        call    schedule
        pv      sti
        xor     eax, eax
        ret

; Go on with the next process. Who still may run goes to the end of the queue. Interrupts are off and stay so.
schedule:
        push    ebx
        mov     dword [need_schedule], 0
        current ebx
        cmp     ebx, [idle_process]
        je      .choose
        cmp     dword [ebx + PROCESS_STATE], RUNNING
        jne     .choose
        mov     eax, run_queue
        mov     edx, ebx
        call    queue_push
.choose:
        mov     eax, run_queue
        call    queue_pop
        test    eax, eax
        jnz     .switch
        mov     eax, [idle_process]
.switch:
        cmp     eax, ebx
        je      .same
        call    switch_to
.same:
        pop     ebx
        ret

; Leave the process EBX in its switch_to and come back from that of EAX.
switch_to:
        push    ebp
        push    ebx
        push    esi
        push    edi
%ifdef CONTAINER
        call    group_charge
%endif
        mov     [ebx + PROCESS_ESP], esp
        mov     esp, [eax + PROCESS_ESP]
        mov     ebx, eax
        add     eax, PAGE_SIZE
        pv      lazy_enter
        pv      load_esp0
        mov     eax, [ebx + PROCESS_DIRECTORY]
        test    eax, eax
        jz      .loaded                 ; the idle process needs none but the kernel's part
        cmp     eax, [loaded_directory]
        je      .loaded
        mov     [loaded_directory], eax
        pv      load_cr3
.loaded:
        pv      lazy_leave
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret

        align   4
need_schedule:
        dd      0
run_queue:
        dd      0, 0
idle_process:
        dd      0
loaded_directory:                       ; what CR3 holds
        dd      0
