; The part of the supervisor that lives in real mode, at 0x1000 (0100:0000). Entered by a 16-bit code segment of that base.
; Registers of the case lie at 0x1800 in the form of the case, those of the outcome at 0x1900 in the form of the outcome.
GIVEN   equ 0x800
OUTCOME  equ 0x900

bits 16
org 0

enter:
  mov ax, 0x28
  mov ds, ax
  mov es, ax
  mov fs, ax
  mov gs, ax
  mov ss, ax
  mov eax, cr0
  and al, 0xfe
  mov cr0, eax
  jmp 0x0100:flushed
  times 0x40 - ($ - $$) db 0x90

; +0x40: the door of the stubs of 256 vectors; each has stored its vector.
leave:
  mov [cs:OUTCOME], eax
  mov [cs:OUTCOME+8], ecx
  mov [cs:OUTCOME+16], edx
  mov [cs:OUTCOME+24], ebx
  mov [cs:OUTCOME+32], esp
  mov [cs:OUTCOME+40], ebp
  mov [cs:OUTCOME+48], esi
  mov [cs:OUTCOME+56], edi
  mov [cs:OUTCOME+0xa8], ds
  mov [cs:OUTCOME+0xaa], es
  mov [cs:OUTCOME+0xac], fs
  mov [cs:OUTCOME+0xae], gs
  mov [cs:OUTCOME+0xb0], ss
  mov bx, sp
  mov eax, [ss:bx]
  mov [cs:OUTCOME+0xb8], eax
  mov ax, [ss:bx+4]
  mov [cs:OUTCOME+0xbc], ax
  mov ax, cs
  mov ss, ax
  mov esp, 0x7f0
  pushfd
  pop dword [cs:OUTCOME+0x9c]
  mov eax, cr0
  mov [cs:OUTCOME+0x88], eax
  lgdt [cs:gdtr]
  or al, 1
  mov cr0, eax
  jmp dword 0x08:0x01c00040

flushed:
  mov ax, cs
  mov ds, ax
  mov ss, ax
  mov esp, 0x7f0
  lidt [GIVEN+0xc8]
  mov ecx, [GIVEN+8]
  mov edx, [GIVEN+16]
  mov ebx, [GIVEN+24]
  mov ebp, [GIVEN+40]
  mov esi, [GIVEN+48]
  mov edi, [GIVEN+56]
  mov es, [GIVEN+0x96]
  mov fs, [GIVEN+0x98]
  mov gs, [GIVEN+0x9a]
  mov eax, [GIVEN+0x88]
  and ah, 0xfe
  push eax
  popfd
  test byte [GIVEN+0x89], 1 ; TF: the flags must come with the jump
  jnz traced
  push dword [GIVEN+0x88]
  popfd
  lss esp, [GIVEN+0xe4]
  mov eax, [GIVEN]
  mov ds, [GIVEN+0x94]
  jmp far [cs:GIVEN+0xea]

traced:
  lss esp, [GIVEN+0xe4]
  push word [GIVEN+0x88]
  push word [GIVEN+0x90]
  push word [GIVEN+0x80]
  mov eax, [GIVEN]
  mov ds, [GIVEN+0x94]
  iret

gdtr:
  dw 0x2ff
  dd 0x24000
