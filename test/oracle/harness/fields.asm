; The supervisor's memory, and the fields of a case and of an outcome (layout.ts, case.ts, outcome.ts).

CTL    equ 0x01c20000    ; index, count, out, wide, areas, dump, tables; +0x30 GDTR; +0x40 areas; +0x200 MSRs; +0x600 FXSAVE image
CASE   equ 0x01c21000    ; the case that runs: a copy at a fixed address
OUTCOME    equ 0x01c22000    ; the outcome being collected
STACK  equ 0x01c24000
SMALL  equ 0x00001800    ; registers on their way into and out of real mode
MSAVE  equ 0x01c22800    ; scratch of the comparison

; Fields of CASE (case.ts)
C_RSP    equ CASE+0x20
C_RIP    equ CASE+0x80
C_FLAGS  equ CASE+0x88
C_CS     equ CASE+0x90
C_SS     equ CASE+0x92
C_DS     equ CASE+0x94
C_ES     equ CASE+0x96
C_FS     equ CASE+0x98
C_GS     equ CASE+0x9a
C_LDTR   equ CASE+0x9c
C_ENTRY  equ CASE+0x9e
C_CR0    equ CASE+0xa0
C_CR3    equ CASE+0xa4
C_CR4    equ CASE+0xa8
C_EFER   equ CASE+0xac
C_FSBASE equ CASE+0xb0
C_GSBASE equ CASE+0xb8
C_KGS    equ CASE+0xc0
C_IDTR   equ CASE+0xc8
C_POKES  equ CASE+0xd8
C_WHERE  equ CASE+0xdc
C_LENGTH equ CASE+0xe0
C_FARESP equ CASE+0xe4   ; esp, ss as LSS wants them
C_FARRIP equ CASE+0xea   ; eip, cs as JMP FAR wants them
C_CODE   equ CASE+0xf0
C_POKE   equ CASE+0x180

; Fields of OUTCOME (outcome.ts)
O_VECTOR equ OUTCOME+0x80
O_COUNT  equ OUTCOME+0x84
O_CR0    equ OUTCOME+0x88
O_CR3    equ OUTCOME+0x8c
O_CR4    equ OUTCOME+0x90
O_DR6    equ OUTCOME+0x94
O_DR7    equ OUTCOME+0x98
O_FLAGS  equ OUTCOME+0x9c
O_CR2    equ OUTCOME+0xa0
O_DS     equ OUTCOME+0xa8
O_ES     equ OUTCOME+0xaa
O_FS     equ OUTCOME+0xac
O_GS     equ OUTCOME+0xae
O_SS     equ OUTCOME+0xb0
O_LDTR   equ OUTCOME+0xb2
O_TR     equ OUTCOME+0xb4
O_CS     equ OUTCOME+0xb6
O_FRAME  equ OUTCOME+0xb8
O_FSBASE equ OUTCOME+0xe8
O_GSBASE equ OUTCOME+0xf0
O_KGS    equ OUTCOME+0xf8

KCODE  equ 0x08
KDATA  equ 0x10
KCODE64 equ 0x18
KCODE16 equ 0x20
KDATA16 equ 0x28
KTSS   equ 0x30

MOST   equ 200           ; changed dwords written out; more are only counted
