/** A guest's disk image on our machine, as test/support/qemu.ts has it on QEMU. */
import { Machine, type MachineOptions } from "../../src/machine/machine.ts";

/** Far more than any guest of the tests needs. */
const LIMIT = 50_000_000;

export interface Booted {
  readonly machine: Machine;
  /** What came out of the serial port so far. */
  readonly serial: () => string;
}

/** A machine with the image as its first disk, switched on but not run. `memory` in megabytes. */
export function insert(image: Uint8Array, memory = 32, options: MachineOptions = {}): Booted {
  const machine = new Machine({ ...options, memory: memory << 20, disks: [image] });
  let text = "";
  machine.onSerial((byte) => {
    text += String.fromCharCode(byte);
  });
  return { machine, serial: () => text };
}

/** Runs it to its end: what it said and what it wrote to the exit port; another end is an error. */
export function boot(image: Uint8Array, memory?: number): Booted & { exit: number } {
  const booted = insert(image, memory);
  const stop = booted.machine.run({ limit: LIMIT });
  if (stop.reason !== "exit")
    throw new Error(`the guest ended with ${JSON.stringify(stop)}: ${booted.serial()}`);
  return { ...booted, exit: (stop.code - 1) / 2 };
}
