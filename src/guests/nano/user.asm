; Ring 3: loops of ECX times, mapped at USER_CODE.

user:

user_empty:
        mov     esi, ecx
.next:
        dec     esi
        jnz     .next
        int     USER_DONE

user_syscall:
        mov     esi, ecx
.next:
%ifdef LONG
        syscall                         ; loses RCX and R11
%else
        mov     ecx, esp                ; where SYSEXIT is to return to
        mov     edx, USER_CODE + .back - user
        sysenter
.back:
%endif
        dec     esi
        jnz     .next
        int     USER_DONE
