/**
 * The loops that the interpreter is measured on: a multiboot image that runs one of them, by number, COUNT times at ring 3 or 0, and again
 * each time that the watch's port reads as 1.
 */
export const LOOPS = ["alu", "call", "memory", "int80", "pagefault", "cr3"] as const;
export type Loop = (typeof LOOPS)[number];

/** Guest instructions of one turn, where the loop is measured in instructions; otherwise turns are what counts. */
export const INSTRUCTIONS: Partial<Record<Loop, number>> = { alu: 10, call: 9, memory: 8 };

/** The port that starts (1) and stops (0) the watch, and asks whether to go on. */
export const WATCH_PORT = 0xe0;

export const SOURCE = `
bits 32
org 0x100000
BASE equ 0x100000
TABLES equ 0x200000          ; page directory, then page tables of 32 MiB
DATA equ 0x800000            ; 16 MiB of data
VICTIM equ 0x345000          ; the page that comes and goes

  dd 0x1BADB002, 0x00010000, -(0x1BADB002 + 0x00010000)
  dd BASE, BASE, end, end, start   ; the header lies at the load address

align 16
loop_number: dd LOOP
loop_count: dd COUNT

start:
  cli
  mov esp, 0x180000
  lgdt [gdtr]
  jmp 8:.flat
.flat:
  mov ax, 16
  mov ss, ax
  mov ax, 0x23                 ; what both rings may use: a return to ring 3 would clear 16
  mov ds, ax
  mov es, ax
  mov dword [tss + 4], 0x180000
  mov dword [tss + 8], 16
  mov eax, tss
  mov [gdt_tss + 2], ax
  shr eax, 16
  mov [gdt_tss + 4], al
  mov [gdt_tss + 7], ah
  mov ax, 0x28
  ltr ax
  mov eax, on_int80
  mov ebx, idt + 0x80 * 8
  mov ecx, 0xEE00
  call gate
  mov eax, on_page_fault
  mov ebx, idt + 14 * 8
  mov ecx, 0x8E00
  call gate
  lidt [idtr]
  ; identity map of 32 MiB in 4 KiB pages, user accessible
  mov edi, TABLES
  xor ecx, ecx
.directory:
  mov edx, ecx
  shl edx, 12
  lea eax, [TABLES + 0x1007 + edx]
  mov [edi + ecx * 4], eax
  inc ecx
  cmp ecx, 8
  jb .directory
  mov edi, TABLES + 0x1000
  mov eax, 7
  mov ecx, 8192
.page:
  mov [edi], eax
  add edi, 4
  add eax, 4096
  dec ecx
  jnz .page
  mov eax, TABLES
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80010000
  mov cr0, eax
  mov ecx, [loop_count]
  mov eax, [loop_number]
  mov ebx, [loops + eax * 4]
  cmp eax, 4
  jae .kernel
  push dword 0x23
  push dword 0x17F000
  push dword 0x3002            ; IOPL 3: user code may use the watch's port
  push dword 0x1B
  push ebx
  iretd
.kernel:
  jmp ebx

gate:                          ; EAX handler, EBX gate, ECX access
  mov [ebx], ax
  mov word [ebx + 2], 8
  shr eax, 16
  mov [ebx + 6], ax
  mov [ebx + 4], cx
  ret

loops: dd alu_loop, call_loop, memory_loop, int80_loop, pagefault_loop, cr3_loop

watch:                         ; AL 1 starts, 0 stops
  out 0xE0, al
  ret

alu_loop:
  mov al, 1
  call watch
  xor eax, eax
  mov ebx, 0x12345678
  mov esi, 7
align 16
.turn:
  add eax, ebx
  xor ebx, eax
  lea edx, [eax + ebx * 2 + 5]
  sub esi, edx
  and edx, 0xFFFF
  or eax, edx
  shl ebx, 3
  cmp eax, esi
  dec ecx
  jnz .turn
  jmp done

call_loop:
  mov al, 1
  call watch
  xor eax, eax
align 16
.turn:
  call .leaf
  test al, 1
  jz .even
  inc edx
.even:
  jmp .next
.leaf:
  inc eax
  ret
.next:
  dec ecx
  jnz .turn
  jmp done

memory_loop:
  mov al, 1
  call watch
  xor esi, esi
align 16
.turn:
  mov eax, [DATA + esi]
  add eax, ecx
  mov [DATA + esi + 32], eax
  add ebx, eax
  add esi, 64
  and esi, 0xFFFFFF
  dec ecx
  jnz .turn
  jmp done

int80_loop:
  mov al, 1
  call watch
.turn:
  int 0x80
  dec ecx
  jnz .turn
  jmp done

on_int80:
  iretd

pagefault_loop:
  mov al, 1
  call watch
.turn:
  mov dword [TABLES + 0x1000 + (VICTIM >> 12) * 4], 0
  invlpg [VICTIM]
  mov [VICTIM], ecx
  dec ecx
  jnz .turn
  jmp done

on_page_fault:
  mov dword [TABLES + 0x1000 + (VICTIM >> 12) * 4], VICTIM | 7
  add esp, 4
  iretd

cr3_loop:
  mov al, 1
  call watch
  mov edi, TABLES
.turn:
  mov cr3, edi
  mov edx, 16
  mov esi, DATA
.touch:
  mov eax, [esi]
  add esi, 4096
  dec edx
  jnz .touch
  dec ecx
  jnz .turn
  jmp done

done:
  xor eax, eax
  call watch
.rest:
  in al, 0xE0
  cmp al, 1
  jne .rest
  mov ecx, [loop_count]
  mov eax, [loop_number]
  jmp [loops + eax * 4]

align 8
gdt:
  dq 0
  dq 0x00CF9A000000FFFF
  dq 0x00CF92000000FFFF
  dq 0x00CFFA000000FFFF
  dq 0x00CFF2000000FFFF
gdt_tss: dq 0x0000890000000067
gdtr: dw $ - gdt - 1
  dd gdt
idtr: dw 0x81 * 8 - 1
  dd idt
align 16
tss: times 104 db 0
align 16
idt: times 0x81 * 8 db 0
end:
`;
