/**
 * The port at which a guest ends its machine (QEMU's isa-debug-exit at F4h: the process would exit with value · 2 + 1, so that no
 * guest can claim the emulator's own success).
 */
import type { PortDevice } from "../bus.ts";

export const EXIT_PORT = 0xf4;

export class ExitPort implements PortDevice {
  readonly #onExit: (code: number) => void;

  /** `onExit` gets the process's exit code, 0 … 255, odd. */
  constructor(onExit: (code: number) => void) {
    this.#onExit = onExit;
  }

  in(): number {
    return 0;
  }

  out(_port: number, value: number): void {
    this.#onExit(((value << 1) | 1) & 0xff);
  }
}
