/**
 * A processor that runs a guest under hardware assistance: VMX non-root operation (SDM Vol. 3, chapter 25), SVM guest mode (AMD APM Vol. 2,
 * chapter 15). While `cpu.guest` is set the processor asks it at every point that either extension may intercept:
 *
 *     instruction ───▶ instruction()   after the checks that come before a VM exit, before any effect
 *     INT3 INTO INT1 ─▶ software()      exception, NMI, interrupt ─▶ event()      #DB ─▶ debug()      task switch ─▶ taskSwitch()
 *     between two instructions ───▶ boundary()
 *
 * An exit found in the middle of an instruction is thrown as EXIT (cpu/fault.ts), so that the instruction leaves no trace, and
 * carried out by exit(). It ends in the monitor (monitor.ts, Visit "vmexit"), the processor being in root mode again.
 * Where `cpu.guest` is null a machine pays nothing. `C` is the processor (cpu/cpu.ts), `I` a bound instruction (cpu/op.ts).
 */
import type { Instruction } from "./isa/instruction.ts";

export interface GuestMode<C> {
  /** By cause (cpu/intercept.ts): whether instruction() has to be asked. */
  readonly interest: Uint8Array;
  /** The guest's setting IF must be noticed before its next instruction. */
  readonly awaitsWindow: boolean;
  /**
   * Between two instructions, the next one being under the shadow of STI or MOV SS or not. True: something was done, look again.
   * Events wait to be injected here, too, so that a monitor that answers an exit by an entry does not call itself.
   */
  boundary(cpu: C, shadow: boolean): boolean;
  /** True: done in the guest's own way. False: run it as ever. Throws EXIT. */
  instruction(cpu: C, op: Instruction, cause: number): boolean;
  /** Kinds of deliver/event.ts. Throws EXIT. */
  software(cpu: C, kind: number, vector: number): void;
  /** An exception (its CR2 is set), NMI or interrupt is about to be delivered. True: it exited instead. */
  event(cpu: C, kind: number, vector: number, error: number): boolean;
  /** From here on until delivered() something is on its way through the guest's IDT; `error` is −1 for none. */
  delivering(cpu: C, kind: number, vector: number, error: number): void;
  delivered(cpu: C): void;
  /** #DB is to come, with these bits for DR6. True: it will exit, so that DR6 and DR7 stay as they are. */
  debug(cpu: C, hits: number): boolean;
  /** The TSS has been found good; sources as JUMP, CALL, RETURN of cpu/task.ts, GATE for the IDT's. Throws EXIT. */
  taskSwitch(cpu: C, selector: number, source: number): void;
  /** A triple fault; `detail` as in Stop. True: it exited. */
  shutdown(cpu: C, detail: string): boolean;
  /** EXIT has come up: ip is the instruction's, `length` its bytes. */
  exit(cpu: C, length: number): void;
}
