/**
 * Two ways to reset a PC beside the keyboard controller's: port 92h bit 0 ("fast reset" of the PS/2) and the chipset's reset control
 * register at CF9h (82371AB datasheet, 4.2.8). Address line 20 is always open: bit 1 of port 92h only remembers what was written.
 */
import type { PortDevice } from "../bus.ts";
import { loadFields, saveFields } from "../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";

export const SYSTEM_CONTROL_PORT = 0x92;
export const RESET_CONTROL_PORT = 0xcf9;
const FAST_RESET = 1;
const A20 = 2;
const RESET_CPU = 4;

export class ResetPorts implements PortDevice, Stateful {
  systemControl = A20;
  resetControl = 0;
  readonly #onReset: () => void;

  constructor(onReset: () => void) {
    this.#onReset = onReset;
  }

  in(port: number): number {
    return port === SYSTEM_CONTROL_PORT ? this.systemControl : this.resetControl;
  }

  /** A reset follows the rise of its bit. */
  out(port: number, value: number): void {
    if (port === SYSTEM_CONTROL_PORT) {
      const rises = value & ~this.systemControl & FAST_RESET;
      this.systemControl = value & (FAST_RESET | A20);
      if (rises) this.#onReset();
    } else {
      const rises = value & ~this.resetControl & RESET_CPU;
      this.resetControl = value & 2;
      if (rises) this.#onReset();
    }
  }

  save(out: StateWriter): void {
    out.section("reset ports");
    saveFields(out, this, FIELDS);
  }

  load(from: StateReader): void {
    from.section("reset ports");
    loadFields(from, this, FIELDS);
  }
}

const FIELDS = "systemControl resetControl";
