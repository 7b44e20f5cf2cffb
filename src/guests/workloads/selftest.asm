; Not a measurement: does the kernel keep its word? Each case runs in a child; its exit code says how it went.

%include "program.asm"

name:
        db      "selftest", 0

WELL           equ 7                    ; exit code of a case that went well
KILLED         equ 139                  ; of one that the kernel ended, as it should
KERNEL         equ 0xC0100000
HOLE           equ 0x00001000           ; nobody's memory

        align   4
cases:
        dd      copy_on_write, WELL
        dd      grandchildren, WELL
        dd      deep_stack, WELL
        dd      no_such_call, WELL
        dd      bad_arguments, WELL
        dd      pipe_ends, WELL
        dd      pipe_wraps, WELL
        dd      many_pipes, WELL
        dd      many_mappings, WELL
        dd      fresh_is_zero, WELL
        dd      protect_shared, WELL
        dd      read_null, KILLED
        dd      read_kernel, KILLED
        dd      write_kernel, KILLED
        dd      below_stack, KILLED
        dd      read_only, KILLED
        dd      unmapped, KILLED
        dd      kernel_meets_hole, KILLED
        dd      bad_handler_stack, KILLED
        dd      privileged, KILLED
        dd      port, KILLED
        dd      divide, KILLED
        dd      soft_interrupt, KILLED
        dd      undefined, KILLED
        dd      orphan, WELL
CASES          equ ($ - cases) / 8

variable:
        dd      1
code:
        dd      0
ends:
        dd      0, 0
buffer:
        times   1024 dd 0

main:
        call    begin
        xor     esi, esi
.case:
        sys     fork
        check   "no process"
        test    eax, eax
        jz      .child
        mov     edi, eax
        mov     ebx, code
.wait:                                  ; orphans of the cases come here too
        sys     wait
        check   "no child"
        cmp     eax, edi
        jne     .wait
        mov     eax, [code]
        cmp     eax, [cases + esi * 8 + 4]
        jne     .bad
        inc     esi
        cmp     esi, CASES
        jb      .case
        xor     ebx, ebx
.orphans:
        sys     wait
        cmp     eax, -1
        jne     .orphans
        cmp     dword [variable], 1     ; no child has changed it
        mov     eax, .changed
        jne     fail
        call    finish
        mov     eax, CASES
        mov     ebx, WELL
        jmp     report
.child:
        call    [cases + esi * 8]
        mov     ebx, WELL
        sys     exit
.bad:
        add     esi, "a"                ; case a is the first
        mov     [.which], esi
        mov     eax, .message
        jmp     fail
.message:
        db      "case "
.which:
        db      0, 0, 0, 0
.changed:
        db      "a child wrote into its parent's memory", 0

; Ends the child unless the comparison before was equal: exit code 1.
%macro must 1
        j%1     %%well
        mov     ebx, 1
        sys     exit
%%well:
%endmacro

copy_on_write:
        mov     dword [variable], 2
        cmp     dword [variable], 2
        must    e
        ret

grandchildren:
        mov     dword [variable], 3
        sys     fork
        test    eax, eax
        jnz     .parent
        mov     dword [variable], 4
        xor     ebx, ebx
        sys     exit
.parent:
        xor     ebx, ebx
        sys     wait
        cmp     dword [variable], 3
        must    e
        sys     wait                    ; no child is left
        cmp     eax, -1
        must    e
        ret

deep_stack:
        mov     ecx, 16000              ; dwords, of 16384
        mov     edx, esp
.push:
        push    ecx
        loop    .push
        mov     esp, edx
        ret

no_such_call:
        mov     eax, 1000
        int     0x80
        cmp     eax, -1
        must    e
        mov     eax, -5
        int     0x80
        cmp     eax, -1
        must    e
        ret

bad_arguments:
        mov     ebx, KERNEL             ; print the kernel's memory
        mov     esi, 4
        sys     print
        cmp     eax, -1
        must    e
        mov     ebx, buffer             ; more than there is
        mov     esi, -1
        sys     print
        cmp     eax, -1
        must    e
        mov     ebx, KERNEL
        sys     pipe
        cmp     eax, -1
        must    e
        mov     ebx, 39                 ; a descriptor that nobody opened
        mov     esi, buffer
        mov     edi, 4
        sys     read
        cmp     eax, -1
        must    e
        mov     ebx, 1000               ; one that cannot be
        sys     write
        cmp     eax, -1
        must    e
        sys     close
        cmp     eax, -1
        must    e
        mov     ebx, 99                 ; no such program
        sys     exec
        cmp     eax, -1
        must    e
        mov     ebx, 0
        mov     esi, KERNEL
        sys     disk_read
        cmp     eax, -1
        must    e
        mov     ebx, 0
        sys     mmap                    ; of no bytes
        cmp     eax, -1
        must    e
        mov     ebx, 0x10000000         ; of more than there is
        sys     mmap
        cmp     eax, -1
        must    e
        mov     ebx, 0x00400000         ; not what mmap gave
        sys     munmap
        cmp     eax, -1
        must    e
        ret

pipe_ends:
        call    open
        mov     ebx, [ends]             ; the wrong ends
        call    write_word
        cmp     eax, -1
        must    e
        mov     ebx, [ends + 4]
        call    read_word
        cmp     eax, -1
        must    e
        mov     ebx, [ends + 4]         ; what is in the pipe can be read after its writer is gone, then nothing
        call    write_word
        cmp     eax, 4
        must    e
        mov     ebx, [ends + 4]
        sys     close
        mov     ebx, [ends]
        call    read_word
        cmp     eax, 4
        must    e
        call    read_word
        test    eax, eax
        must    e
        sys     close
        call    open                    ; nobody reads
        mov     ebx, [ends]
        sys     close
        mov     ebx, [ends + 4]
        call    write_word
        cmp     eax, -1
        must    e
        ret

open:
        mov     ebx, ends
        sys     pipe
        test    eax, eax
        must    e
        ret
write_word:
        mov     esi, buffer
        mov     edi, 4
        sys     write
        ret
read_word:
        mov     esi, buffer
        mov     edi, 4
        sys     read
        ret

; 1000 times 10 bytes in and out: the ring's end lies within them.
pipe_wraps:
        call    open
        mov     ebp, 1000
        mov     edi, 10
.next:
        mov     [buffer], ebp
        mov     [buffer + 6], ebp
        mov     ebx, [ends + 4]
        mov     esi, buffer
        sys     write
        mov     ebx, [ends]
        mov     esi, buffer + 100
        sys     read
        cmp     eax, 10
        must    e
        mov     eax, [buffer + 100]
        cmp     eax, ebp
        must    e
        mov     eax, [buffer + 106]
        cmp     eax, ebp
        must    e
        dec     ebp
        jnz     .next
        ret

; 40 descriptors are 20 pipes.
many_pipes:
        mov     edi, 20
.next:
        call    open
        dec     edi
        jnz     .next
        mov     ebx, ends
        sys     pipe
        cmp     eax, -1
        must    e
        mov     ebx, 17                 ; one end back is not enough, two are
        sys     close
        mov     ebx, ends
        sys     pipe
        cmp     eax, -1
        must    e
        mov     ebx, 3
        sys     close
        call    open
        ret

; 16 regions, two are taken. A gap is used again.
many_mappings:
        mov     edi, 14
        mov     ebx, 5000
        mov     esi, 1
.next:
        sys     mmap
        cmp     eax, -1
        must    ne
        mov     [buffer + edi * 4], eax
        dec     edi
        jnz     .next
        sys     mmap
        cmp     eax, -1
        must    e
        mov     ebx, [buffer + 12]
        sys     munmap
        test    eax, eax
        must    e
        sys     munmap                  ; twice
        cmp     eax, -1
        must    e
        mov     ebx, 8192
        sys     mmap
        cmp     eax, [buffer + 12]
        must    e
        ret

; A page that was used before comes back as zeros.
fresh_is_zero:
        mov     ebp, 3
.next:
        mov     ebx, 65536
        mov     esi, 1
        sys     mmap
        mov     ebx, eax
        mov     edi, eax
        mov     ecx, 16384
        xor     eax, eax
        repe    scasd
        must    e
        mov     edi, ebx
        mov     ecx, 16384
        mov     eax, 0x55AA55AA
        rep     stosd
        sys     munmap
        dec     ebp
        jnz     .next
        ret

; A shared page whose mapping becomes read-only and writable again is still copied before a write.
protect_shared:
        mov     ebx, 4096
        mov     esi, 1
        sys     mmap
        mov     edi, eax
        mov     dword [edi], 5
        sys     fork
        test    eax, eax
        jnz     .parent
        mov     ebx, edi
        xor     esi, esi
        sys     mprotect
        mov     esi, 1
        sys     mprotect
        mov     dword [edi], 6
        xor     ebx, ebx
        sys     exit
.parent:
        xor     ebx, ebx
        sys     wait
        cmp     dword [edi], 5
        must    e
        ret

read_null:
        mov     eax, [0]
        ret
read_kernel:
        mov     eax, [KERNEL]
        ret
write_kernel:
        mov     dword [KERNEL], 0
        ret
below_stack:
        mov     eax, [esp - 70000]
        ret
read_only:
        mov     ebx, 4096
        xor     esi, esi
        sys     mmap
        mov     ecx, [eax]
        mov     [eax], ecx
        ret
unmapped:
        mov     ebx, 4096
        mov     esi, 1
        sys     mmap
        mov     ebx, eax
        mov     [ebx], eax
        sys     munmap
        mov     [ebx], eax
        ret
kernel_meets_hole:
        call    open
        mov     ebx, [ends + 4]
        call    write_word
        mov     ebx, [ends]
        mov     esi, HOLE
        mov     edi, 4
        sys     read
        ret
bad_handler_stack:
        mov     ebx, .handler
        sys     on_fault
        mov     esp, HOLE
        mov     eax, [0]
.handler:
        mov     ebx, WELL
        sys     exit
privileged:
        cli
        ret
port:
        mov     dx, 0xF4
        out     dx, eax
        ret
divide:
        xor     ecx, ecx
        mov     eax, 1
        cdq
        idiv    ecx
        ret
soft_interrupt:
        int     0x20
        ret
undefined:
        ud2
        ret

; The child of this child outlives it; process 1 waits for it.
orphan:
        sys     fork
        test    eax, eax
        jnz     .parent
        sys     yield
        sys     yield
        sys     yield
.parent:
        ret
