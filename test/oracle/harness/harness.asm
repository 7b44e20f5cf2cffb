; The supervisor of the oracle: for each case it restores memory, loads the processor's state, runs the case until the
; first exception or interrupt, and writes down what the processor then looks like. It never resumes a case, so that a
; frame need not be understood here: it is copied raw.
;
; The host (layout.ts) puts everything into RAM: this program, the stubs of 256 vectors, descriptor and page tables, the
; cases. Addresses below are the contract with it.

%include "fields.asm"

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

%include "enter32.asm"
%include "exit32.asm"
%include "real.asm"
%include "enter64.asm"
%include "exit64.asm"
