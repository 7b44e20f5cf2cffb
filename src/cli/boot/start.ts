/** A machine with an image in it, about to run. */
import { boot, kindOf } from "../../machine/load/boot.ts";
import { LoadError } from "../../machine/load/error.ts";
import type { Machine } from "../../machine/machine.ts";
import { UserError } from "../errors.ts";
import { systemOf } from "../system.ts";
import { bootOptions, checkMultibootOnly, type MachineCommandOptions } from "./options.ts";

/** @param file the image's name, for messages and for a kernel's command line */
export function start(file: string, image: Uint8Array, options: MachineCommandOptions): Machine {
  const system = systemOf(options.system ?? "native");
  const asked = bootOptions(file, options);
  try {
    const kind = asked.kind ?? kindOf(image);
    checkMultibootOnly(kind, options);
    return boot(image, { profile: system.profile, ...asked, kind }, (parts) => system.make(parts).machine);
  } catch (error) {
    if (error instanceof LoadError) throw new UserError(`${file}: ${error.message}`);
    if (error instanceof RangeError) throw new UserError(error.message);
    throw error;
  }
}
