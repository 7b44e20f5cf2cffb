; The 32-bit supervisor: the next case, from its 512 bytes to its first instruction.

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
