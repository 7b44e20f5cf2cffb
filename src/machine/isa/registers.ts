/** Register names in the order of their encoding. */
export const BYTE_REGISTERS = "al cl dl bl spl bpl sil dil r8b r9b r10b r11b r12b r13b r14b r15b".split(" ");
/** Byte registers 4 … 7 of an instruction without REX. */
export const HIGH_BYTES = ["ah", "ch", "dh", "bh"];
export const WORD_REGISTERS = "ax cx dx bx sp bp si di r8w r9w r10w r11w r12w r13w r14w r15w".split(" ");
export const DWORD_REGISTERS = "eax ecx edx ebx esp ebp esi edi r8d r9d r10d r11d r12d r13d r14d r15d".split(
  " ",
);
export const QWORD_REGISTERS = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split(" ");
export const SEGMENT_REGISTERS = ["es", "cs", "ss", "ds", "fs", "gs"];

/** The general register's name. */
export function registerName(register: number, size: number, rex: number): string {
  switch (size) {
    case 1:
      return (
        rex === 0 && register >= 4 && register < 8 ? HIGH_BYTES[register - 4] : BYTE_REGISTERS[register]
      )!;
    case 2:
      return WORD_REGISTERS[register]!;
    case 8:
      return QWORD_REGISTERS[register]!;
    default:
      return DWORD_REGISTERS[register]!;
  }
}
