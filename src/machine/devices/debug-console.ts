/** The debug console of Bochs and QEMU: each byte written to port E9h is printed; reading E9h there tells that it exists. */
import type { PortDevice } from "../bus.ts";

export const DEBUG_CONSOLE_PORT = 0xe9;

export class DebugConsole implements PortDevice {
  onOutput: (byte: number) => void = () => {};

  in(): number {
    return DEBUG_CONSOLE_PORT;
  }

  out(_port: number, value: number): void {
    this.onOutput(value & 0xff);
  }
}
