; The 64-bit supervisor: the outcome.

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
