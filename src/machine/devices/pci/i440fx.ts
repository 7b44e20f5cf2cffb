/**
 * The host bridge of an Intel 440FX (82441FX, 3.2): what guests look for at 0.0.0 to learn which board they are on. Its
 * memory attribute registers (59h … 5fh) keep what is written; our ROM needs no shadowing, so they change nothing.
 */
import type { Bus } from "../../bus.ts";
import { PciFunction } from "./function.ts";

export function hostBridge(bus: Bus): PciFunction {
  const bridge = new PciFunction(bus, { vendor: 0x8086, device: 0x1237, revision: 2, class: 0x060000 });
  bridge.writable(0x50, new Array(0x30).fill(0xff));
  return bridge;
}
