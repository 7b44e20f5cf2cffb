; The 32-bit supervisor: from the first exception or interrupt to the outcome in the log.

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
