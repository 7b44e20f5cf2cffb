; What exec starts: ends at once with 2n + 1, n being what exec was given.

%include "program.asm"

name:
        db      "answer", 0

main:
        lea     ebx, [ebx * 2 + 1]
        sys     exit
