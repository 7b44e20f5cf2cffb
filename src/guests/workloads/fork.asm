; A process comes, exits and is waited for (lmbench: lat_proc fork). Child n exits with n.

%include "program.asm"

name:
        db      "fork", 0

%include "spawn.asm"

child:
        mov     ebx, esi
        sys     exit
