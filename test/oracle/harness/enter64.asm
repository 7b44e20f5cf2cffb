; The 64-bit supervisor: the next case.

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
