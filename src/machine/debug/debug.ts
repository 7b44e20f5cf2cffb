/** A debugger in one call, for a notebook's cell. */
import type { Assembly } from "../isa/index.ts";
import { type BootOptions, boot } from "../load/boot.ts";
import { Debugger } from "./debugger.ts";

/**
 * A machine with an image in it, about to run, and a debugger on it. What assemble() gives is loaded at its origin as it is, unless the
 * options say what it is; its labels are known to the debugger's `at`. Throws a LoadError as boot() does.
 *
 *     const d = debug(assemble("org 0x7c00 …"));
 *     d.breakpoints.add(d.at("main"));
 *     d.continue();
 *     d.step()
 */
export function debug(image: Uint8Array | Assembly, options: BootOptions = {}): Debugger {
  if (image instanceof Uint8Array) return new Debugger(boot(image, options));
  const { bytes, origin, symbols } = image;
  const machine = boot(bytes, { kind: "flat", origin, ...options });
  return new Debugger(machine, { symbols });
}
