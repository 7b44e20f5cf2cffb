; Into real mode and back; what runs there is small.asm.

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
