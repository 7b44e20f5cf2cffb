; The reset vector: into flat protected mode and to the harness, which the host has already put into RAM.
; What is not code is INT3, as all of low memory. The image is loaded twice, below 4 GiB and below 1 MiB, as a PC's firmware is.
bits 16
org 0
times 0xff00 db 0xcc

start:
  cli
  lgdt [cs:gdtr]
  mov eax, cr0
  or al, 1
  mov cr0, eax
  jmp dword 0x08:0x01c00000

gdtr:
  dw 0x2ff
  dd 0x24000

times 0xf0 - ($ - start) db 0xcc
reset:
  jmp start
times 13 db 0xcc
