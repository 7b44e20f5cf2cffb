; The supervisor of the oracle: for each case it restores memory, loads the processor's state, runs the case until the
; first exception or interrupt, and writes down what the processor then looks like. It never resumes a case, so that a
; frame need not be understood here: it is copied raw.
;
; The host (layout.ts) puts everything into RAM: this program, the stubs of 256 vectors, descriptor and page tables, the
; cases. Addresses below are the contract with it.

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

bits 32
org 0x01c00000

entry:
  jmp begin
  times 16 - ($ - $$) db 0x90
; Doors that the host's tables point at, 16 bytes each.
  jmp near exit32        ; +0x10: from a stub, the vector pushed
  times 32 - ($ - $$) db 0x90
  jmp near doubled       ; +0x20: the task of #DF
  times 48 - ($ - $$) db 0x90
  jmp near exit64        ; +0x30: from a stub of 64-bit mode, the vector in the outcome
  times 64 - ($ - $$) db 0x90
  jmp near back          ; +0x40: back from real mode
  times 80 - ($ - $$) db 0x90

begin:
  mov ax, KDATA
  mov ds, ax
  mov es, ax
  mov fs, ax
  mov gs, ax
  mov ss, ax
  mov esp, STACK
  mov eax, 0x600
  mov cr4, eax
  mov eax, 0x00000031
  mov cr0, eax
  cmp dword [CTL+12], 0
  jne near long_begin

; ---------------------------------------------------------------------------------------------- 32-bit supervisor
next:
  mov eax, [CTL]
  cmp eax, [CTL+4]
  jae near finish
  shl eax, 9
  lea esi, [eax+0x02000000]
  mov edi, CASE
  mov ecx, 128
  cld
  rep movsd
  cmp word [C_ENTRY], 5
  jne restore
  inc dword [CTL]
  jmp next

restore:
  mov ebx, [CTL+16]
  mov edx, CTL+0x40
.area:
  mov edi, [edx]
  mov esi, [edx+4]
  mov ecx, [edx+8]
  rep movsd
  add edx, 16
  dec ebx
  jnz .area

  mov esi, C_CODE
  mov edi, [C_WHERE]
  mov ecx, [C_LENGTH]
  rep movsb
  mov ecx, [C_POKES]
  mov esi, C_POKE
  jecxz .poked
.poke:
  mov edi, [esi]
  mov eax, [esi+4]
  mov [edi], eax
  mov eax, [esi+8]
  mov [edi+4], eax
  add esi, 12
  dec ecx
  jnz .poke
.poked:

  mov edi, OUTCOME
  xor eax, eax
  mov ecx, 64
  rep stosd
  cmp dword [CTL+12], 0
  jne near long_enter

  mov esi, CTL+0x200     ; model-specific registers: count, then { number, low, high }
  mov ebx, [esi]
  add esi, 4
.msr:
  mov ecx, [esi]
  mov eax, [esi+4]
  mov edx, [esi+8]
  wrmsr
  add esi, 12
  dec ebx
  jnz .msr
  fxrstor [CTL+0x600]    ; x87 and SSE as after a reset
  lgdt [CTL+0x30]
  mov eax, KTSS
  ltr ax
  mov ax, [C_LDTR]
  lldt ax
  xor eax, eax
  mov dr0, eax
  mov dr1, eax
  mov dr2, eax
  mov dr3, eax
  mov cr2, eax
  mov eax, 0xffff0ff0
  mov dr6, eax
  mov eax, 0x400
  mov dr7, eax
  movzx eax, word [C_ENTRY]
  cmp eax, 0
  je near real_enter
  lidt [C_IDTR]
  mov eax, [C_CR4]
  mov cr4, eax
  mov ecx, 0xc0000080
  mov eax, [C_EFER]
  xor edx, edx
  wrmsr
  mov eax, [C_CR3]
  mov cr3, eax
  mov eax, [C_CR0]
  mov cr0, eax
  jmp .paged             ; paging may have changed
.paged:
  movzx eax, word [C_ENTRY]
  cmp eax, 1
  je enter_jump
  cmp eax, 2
  je near enter_same
  cmp eax, 3
  je near enter_outer

; Entry 4, virtual-8086 mode.
  movzx eax, word [C_GS]
  push eax
  movzx eax, word [C_FS]
  push eax
  movzx eax, word [C_DS]
  push eax
  movzx eax, word [C_ES]
  push eax
  movzx eax, word [C_SS]
  push eax
  push dword [C_RSP]
  push dword [C_FLAGS]
  movzx eax, word [C_CS]
  push eax
  push dword [C_RIP]
  call registers
  mov eax, [CASE]
  iretd

; Entry 1, the supervisor's own ring: nothing may be pushed on the case's stack.
enter_jump:
  call segments
  call registers
  push dword [C_FLAGS]
  popfd
  lss esp, [C_FARESP]
  mov eax, [CASE]
  mov ds, [C_DS]
  jmp far [cs:C_FARRIP]

; Entry 2, the same by IRET: for TF and RF.
enter_same:
  call segments
  call registers
  lss esp, [C_FARESP]
  push dword [C_FLAGS]
  push dword [C_CS]
  push dword [C_RIP]
  mov eax, [CASE]
  mov ds, [C_DS]
  iretd

; Entry 3, an outer ring.
enter_outer:
  movzx eax, word [C_SS]
  push eax
  push dword [C_RSP]
  push dword [C_FLAGS]
  movzx eax, word [C_CS]
  push eax
  push dword [C_RIP]
  call segments
  call registers
  mov eax, [CASE]
  mov ds, [C_DS]
  iretd

segments:
  mov es, [C_ES]
  mov fs, [C_FS]
  mov gs, [C_GS]
  ret

registers:
  mov ecx, [CASE+8]
  mov edx, [CASE+16]
  mov ebx, [CASE+24]
  mov ebp, [CASE+40]
  mov esi, [CASE+48]
  mov edi, [CASE+56]
  ret

; A stub has pushed the vector.
exit32:
  push ds
  push eax
  mov ax, KDATA
  mov ds, ax
  pop dword [OUTCOME]
  pop dword [O_DS]
  pop dword [O_VECTOR]
  mov [OUTCOME+8], ecx
  mov [OUTCOME+16], edx
  mov [OUTCOME+24], ebx
  mov [OUTCOME+32], esp
  mov [OUTCOME+40], ebp
  mov [OUTCOME+48], esi
  mov [OUTCOME+56], edi
  mov word [O_ES], es
  mov word [O_FS], fs
  mov word [O_GS], gs
  mov word [O_SS], ss
  sldt [O_LDTR]
  str [O_TR]
  movzx ecx, byte [O_VECTOR]
  mov [O_VECTOR], ecx
  cmp ecx, 0xf0
  jae near .framed
  mov eax, [ss:esp]
  mov [O_FRAME], eax
  mov eax, [ss:esp+4]
  mov [O_FRAME+4], eax
  mov eax, [ss:esp+8]
  mov [O_FRAME+8], eax
  mov ax, ss
  cmp ax, KDATA          ; a switched stack is ours and has more on it
  jne .same
  mov ecx, 3
.more:
  mov eax, [ss:esp+ecx*4]
  mov [O_FRAME+ecx*4], eax
  inc ecx
  cmp ecx, 10
  jne .more
  jmp .framed
.same:
  cmp ecx, 31
  ja .framed
  mov eax, 0x00227d00    ; vectors that push an error code
  bt eax, ecx
  jnc .framed
  mov eax, [ss:esp+12]
  mov [O_FRAME+12], eax
.framed:
  mov ax, KDATA
  mov ss, ax
  mov esp, STACK
  pushfd
  pop dword [O_FLAGS]
  jmp collect

; #DF arrives by a task switch: the interrupted state is in the old TSS, which is compared like all memory.
doubled:
  mov eax, 8
  mov [O_VECTOR], eax
  pop dword [O_FRAME]
  str [O_TR]
  sldt [O_LDTR]
  pushfd
  pop dword [O_FLAGS]

collect:
  mov eax, cr2
  mov [O_CR2], eax
  mov eax, cr3
  mov [O_CR3], eax
  mov eax, cr4
  mov [O_CR4], eax
  mov eax, cr0
  mov [O_CR0], eax
  mov eax, 0x31
  mov cr0, eax           ; paging off: all addresses are physical from here
  jmp .flat
.flat:
  mov eax, 0x600
  mov cr4, eax
  mov eax, dr6
  mov [O_DR6], eax
  mov eax, dr7
  mov [O_DR7], eax
  mov eax, 0x400
  mov dr7, eax
  push dword 2
  popfd
  mov ax, KDATA
  mov es, ax
  mov fs, ax
  mov gs, ax
  xor eax, eax
  lldt ax
  call compare
  jmp next

; Writes the outcome and the changed dwords behind it to the log. Used by both supervisors: 32-bit addresses, no calls
; inside, encodings that mean the same in 32-bit and 64-bit mode.
compare:
  cld
  mov edi, [CTL+8]
  add edi, 0x100
  mov dword [MSAVE], edi
  mov eax, [CTL+16]
  mov dword [MSAVE+4], eax
  mov edx, CTL+0x40
  xor ebx, ebx
.area:
  mov edi, [edx]
  mov esi, [edx+4]
  mov ecx, [edx+8]
.on:
  repe cmpsd
  je .done
  lea ebx, [ebx+1]
  cmp ebx, MOST
  ja .skip
  mov ebp, [MSAVE]
  lea eax, [edi-4]
  mov [ebp], eax
  mov eax, [edi-4]
  mov [ebp+4], eax
  add ebp, 8
  mov [MSAVE], ebp
.skip:
  test ecx, ecx
  jnz .on
.done:
  add edx, 16
  sub dword [MSAVE+4], 1
  jnz .area
  mov [O_COUNT], ebx
  mov esi, OUTCOME
  mov edi, [CTL+8]
  mov ecx, 64
  rep movsd
  mov eax, [MSAVE]
  mov [CTL+8], eax
  add dword [CTL], 1
  ret

; The log is in memory, where QEMU's and our host find it; a host that cannot look asks for it on port 0xe9.
finish:
  cmp dword [CTL+20], 0
  je .end
  mov esi, 0x03000000
  mov ecx, [CTL+8]
  sub ecx, esi
  mov edx, 0xe9
  rep outsb
.end:
  mov al, 0x10
  mov edx, 0xf4
  out dx, al
  cli
  hlt
  jmp .end

; ---------------------------------------------------------------------------------------------- real mode
real_enter:
  mov eax, [C_CR4]
  mov cr4, eax
  mov esi, CASE
  mov edi, SMALL
  mov ecx, 64
  rep movsd
  xor eax, eax           ; behind it, the outcome
  mov ecx, 64
  rep stosd
  mov eax, [C_CR0]
  or eax, 1
  mov cr0, eax
  jmp KCODE16:0          ; small.asm

; From real mode: what it saved lies at SMALL+0x100 in the form of OUTCOME.
back:
  mov ax, KDATA
  mov ds, ax
  mov es, ax
  mov fs, ax
  mov gs, ax
  mov ss, ax
  mov esp, STACK
  mov esi, SMALL+0x100
  mov edi, OUTCOME
  mov ecx, 64
  cld
  rep movsd
  str [O_TR]
  sldt [O_LDTR]
  mov eax, cr2
  mov [O_CR2], eax
  mov eax, cr3
  mov [O_CR3], eax
  mov eax, cr4
  mov [O_CR4], eax
  mov eax, 0x31
  mov cr0, eax
  mov eax, 0x600
  mov cr4, eax
  mov eax, dr6
  mov [O_DR6], eax
  mov eax, dr7
  mov [O_DR7], eax
  mov eax, 0x400
  mov dr7, eax
  xor eax, eax
  lldt ax
  call compare
  jmp next

; ---------------------------------------------------------------------------------------------- 64-bit supervisor
long_begin:
  mov eax, [CTL+24]      ; the supervisor's own tables
  mov cr3, eax
  mov eax, 0x620
  mov cr4, eax
  mov ecx, 0xc0000080
  mov eax, 0x901
  xor edx, edx
  wrmsr
  mov eax, 0x80000031
  mov cr0, eax
  jmp KCODE64:long_next

bits 64
long_next:
  mov eax, [abs CTL]
  cmp eax, [abs CTL+4]
  jae near long_finish
  shl eax, 9
  lea esi, [rax+0x02000000]
  mov edi, CASE
  mov ecx, 64
  cld
  rep movsq
  cmp word [abs C_ENTRY], 5
  jne .go
  add dword [abs CTL], 1
  jmp long_next
.go:
  mov ebx, [abs CTL+16]
  mov edx, CTL+0x40
.area:
  mov edi, [rdx]
  mov esi, [rdx+4]
  mov ecx, [rdx+8]
  shr ecx, 1
  rep movsq
  add edx, 16
  sub ebx, 1
  jnz .area
  mov esi, C_CODE
  mov edi, [abs C_WHERE]
  mov ecx, [abs C_LENGTH]
  rep movsb
  mov ecx, [abs C_POKES]
  mov esi, C_POKE
  test ecx, ecx
  jz .poked
.poke:
  mov edi, [rsi]
  mov rax, [rsi+4]
  mov [rdi], rax
  add esi, 12
  sub ecx, 1
  jnz .poke
.poked:
  mov edi, OUTCOME
  xor eax, eax
  mov ecx, 32
  rep stosq

long_enter:
  mov esi, CTL+0x200     ; model-specific registers: count, then { number, low, high }
  mov ebx, [rsi]
  add esi, 4
.msr:
  mov ecx, [rsi]
  mov eax, [rsi+4]
  mov edx, [rsi+8]
  wrmsr
  add esi, 12
  sub ebx, 1
  jnz .msr
  fxrstor [abs CTL+0x600]
  lgdt [abs CTL+0x30]
  mov eax, KTSS
  ltr ax
  mov ax, [abs C_LDTR]
  lldt ax
  xor eax, eax
  mov dr0, rax
  mov dr1, rax
  mov dr2, rax
  mov dr3, rax
  mov cr8, rax
  mov cr2, rax
  mov eax, 0xffff0ff0
  mov dr6, rax
  mov eax, 0x400
  mov dr7, rax
  lidt [abs C_IDTR]
  mov eax, [abs C_CR4]
  mov cr4, rax
  mov ecx, 0xc0000080
  mov eax, [abs C_EFER]
  xor edx, edx
  wrmsr
  mov eax, [abs C_CR3]
  mov cr3, rax
  mov eax, [abs C_CR0]
  mov cr0, rax
  mov es, [abs C_ES]
  mov fs, [abs C_FS]
  mov gs, [abs C_GS]
  mov ecx, 0xc0000100
  mov eax, [abs C_FSBASE]
  mov edx, [abs C_FSBASE+4]
  wrmsr
  mov ecx, 0xc0000101
  mov eax, [abs C_GSBASE]
  mov edx, [abs C_GSBASE+4]
  wrmsr
  mov ecx, 0xc0000102
  mov eax, [abs C_KGS]
  mov edx, [abs C_KGS+4]
  wrmsr
  mov esp, STACK
  movzx eax, word [abs C_SS]
  push rax
  push qword [abs C_RSP]
  push qword [abs C_FLAGS]
  movzx eax, word [abs C_CS]
  push rax
  push qword [abs C_RIP]
  mov rcx, [abs CASE+8]
  mov rdx, [abs CASE+16]
  mov rbx, [abs CASE+24]
  mov rbp, [abs CASE+40]
  mov rsi, [abs CASE+48]
  mov rdi, [abs CASE+56]
  mov r8, [abs CASE+64]
  mov r9, [abs CASE+72]
  mov r10, [abs CASE+80]
  mov r11, [abs CASE+88]
  mov r12, [abs CASE+96]
  mov r13, [abs CASE+104]
  mov r14, [abs CASE+112]
  mov r15, [abs CASE+120]
  mov rax, [abs CASE]
  mov ds, [abs C_DS]
  iretq

; A stub has stored the vector: 64-bit mode needs no stack to save registers.
exit64:
  mov [abs OUTCOME], rax
  mov [abs OUTCOME+8], rcx
  mov [abs OUTCOME+16], rdx
  mov [abs OUTCOME+24], rbx
  mov [abs OUTCOME+32], rsp
  mov [abs OUTCOME+40], rbp
  mov [abs OUTCOME+48], rsi
  mov [abs OUTCOME+56], rdi
  mov [abs OUTCOME+64], r8
  mov [abs OUTCOME+72], r9
  mov [abs OUTCOME+80], r10
  mov [abs OUTCOME+88], r11
  mov [abs OUTCOME+96], r12
  mov [abs OUTCOME+104], r13
  mov [abs OUTCOME+112], r14
  mov [abs OUTCOME+120], r15
  mov word [abs O_DS], ds
  mov word [abs O_ES], es
  mov word [abs O_FS], fs
  mov word [abs O_GS], gs
  mov word [abs O_SS], ss
  sldt [abs O_LDTR]
  str [abs O_TR]
  mov ecx, [abs O_VECTOR]
  cmp ecx, 0xf0
  jae .framed
  mov rax, [rsp]
  mov [abs O_FRAME], rax
  mov rax, [rsp+8]
  mov [abs O_FRAME+8], rax
  mov rax, [rsp+16]
  mov [abs O_FRAME+16], rax
  mov rax, [rsp+24]
  mov [abs O_FRAME+24], rax
  mov rax, [rsp+32]
  mov [abs O_FRAME+32], rax
  cmp ecx, 31
  ja .framed
  mov eax, 0x00227d00
  bt eax, ecx
  jnc .framed
  mov rax, [rsp+40]
  mov [abs O_FRAME+40], rax
.framed:
  mov esp, STACK
  pushfq
  pop rax
  mov [abs O_FLAGS], eax
  mov rax, cr2
  mov [abs O_CR2], rax
  mov rax, cr3
  mov [abs O_CR3], eax
  mov rax, cr4
  mov [abs O_CR4], eax
  mov rax, cr0
  mov [abs O_CR0], eax
  mov eax, [abs CTL+24]
  mov cr3, rax
  mov eax, 0x80000031
  mov cr0, rax
  mov eax, 0x620
  mov cr4, rax
  push qword 2
  popfq
  mov rax, dr6
  mov [abs O_DR6], eax
  mov rax, dr7
  mov [abs O_DR7], eax
  mov eax, 0x400
  mov dr7, rax
  mov ecx, 0xc0000100
  rdmsr
  mov [abs O_FSBASE], eax
  mov [abs O_FSBASE+4], edx
  mov ecx, 0xc0000101
  rdmsr
  mov [abs O_GSBASE], eax
  mov [abs O_GSBASE+4], edx
  mov ecx, 0xc0000102
  rdmsr
  mov [abs O_KGS], eax
  mov [abs O_KGS+4], edx
  mov eax, KDATA
  mov ss, ax
  mov ds, ax
  mov es, ax
  mov fs, ax
  mov gs, ax
  xor eax, eax
  lldt ax

; The comparison, as above.
  cld
  mov edi, [abs CTL+8]
  add edi, 0x100
  mov r8, rdi
  mov r9d, [abs CTL+16]
  mov edx, CTL+0x40
  xor ebx, ebx
.area:
  mov edi, [rdx]
  mov esi, [rdx+4]
  mov ecx, [rdx+8]
  test ecx, ecx
.on:
  repe cmpsd
  je .done
  add ebx, 1
  cmp ebx, MOST
  ja .skip
  lea eax, [rdi-4]
  mov [r8], eax
  mov eax, [rdi-4]
  mov [r8+4], eax
  add r8, 8
.skip:
  test ecx, ecx
  jnz .on
.done:
  add edx, 16
  sub r9d, 1
  jnz .area
  mov [abs O_COUNT], ebx
  mov esi, OUTCOME
  mov edi, [abs CTL+8]
  mov ecx, 32
  rep movsq
  mov [abs CTL+8], r8d
  add dword [abs CTL], 1
  jmp long_next

long_finish:
  cmp dword [abs CTL+20], 0
  je .end
  mov esi, 0x03000000
  mov ecx, [abs CTL+8]
  sub ecx, esi
  mov edx, 0xe9
  rep outsb
.end:
  mov al, 0x10
  mov edx, 0xf4
  out dx, al
  cli
  hlt
  jmp .end
