/** Who executes a machine's guest, in place of the machine's own interpreter: an engine of virt/cpu. */
import type { Stop } from "./cpu/cpu.ts";

export interface Executor {
  /** As Machine.run: until something stops the machine, or for `limit` steps. */
  run(limit: number): Stop;
  readonly steps: number;
  /** Instructions that the physical processor retired. */
  readonly retired: number;
  /** Brings machine.cpu up to date, so that somebody may look at it. */
  sync(): void;
  /** machine.cpu was changed from outside: a reset, a snapshot, a debugger. */
  adopt(): void;
}
