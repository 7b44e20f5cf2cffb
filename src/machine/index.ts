/** The x86 PC: switch one on, load something, run it, look inside. */
export type { Gpa, Gva } from "./address.ts";
export type { CostProfile } from "./cost.ts";
export type { Cpu, Stop } from "./cpu/cpu.ts";
export { type CpuModel, RINGLAB, VIRTUALIZABLE, withHypervisor } from "./cpu/model.ts";
export { debug } from "./debug/debug.ts";
export { Debugger, type DebuggerOptions } from "./debug/debugger.ts";
export {
  type DescriptorView,
  gdt,
  idt,
  type SegmentView,
  segments,
} from "./debug/descriptors.ts";
export { instructionAddress, peek, physical, poke } from "./debug/look.ts";
export { type ModeTrace, type ModeVisit, modeName, traceModes } from "./debug/modes.ts";
export { changed, readRegisters, writeRegister } from "./debug/registers.ts";
export { formatLine, formatStep, type Line, listing, type Step, step } from "./debug/step.ts";
export {
  type AssembleOptions,
  AssemblerError,
  type Assembly,
  assemble,
  type DisassembledLine,
  type DisassembleOptions,
  disassemble,
  type Mode as CpuMode,
  type Problem,
  ROWS,
  type Row,
} from "./isa/index.ts";
export { type BootOptions, boot, type ImageKind, kindOf, load } from "./load/boot.ts";
export { LoadError } from "./load/error.ts";
export { MODES, type Mode } from "./load/start.ts";
export { Machine, type MachineOptions, type RunOptions } from "./machine.ts";
export type { WalkExplanation, WalkStep } from "./mmu/explain.ts";
export type { NestedExplanation } from "./mmu/explain-nested.ts";
export { explainTlb, stepTlb, type TlbAction, type TlbCell, type TlbStep } from "./mmu/explain-tlb.ts";
export {
  dataDescriptor,
  type Segment,
  type SegmentResult,
  segmentOf,
  translateSegment,
} from "./mmu/segment.ts";
export type { Monitor, Verdict, Visit } from "./monitor.ts";
export { PROFILES } from "./profiles/index.ts";
export { SnapshotError } from "./state.ts";
export { EVENTS, type EventName, type Trace } from "./trace.ts";
