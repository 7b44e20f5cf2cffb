export { type AssembleOptions, type Assembly, assemble, type LineOfCode } from "./asm/assemble.ts";
export { AssemblerError, type Problem } from "./asm/error.ts";
export { type KeptAssemblies, keep, kept } from "./asm/kept.ts";
export { decode } from "./decode.ts";
export { type DisassembledLine, type DisassembleOptions, disassemble } from "./disassemble.ts";
export { type FormatOptions, format } from "./format.ts";
export * from "./instruction.ts";
export type { Mode, Row } from "./row.ts";
export { ROWS, TOO_LONG, UNDEFINED } from "./table/index.ts";
