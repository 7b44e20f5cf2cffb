/** `ringlab debug`: an image on the simulated PC, step by step. */
import { machineOptions } from "../boot/arguments.ts";
import type { MachineCommandOptions } from "../boot/options.ts";
import type { Register } from "../register.ts";

export const register: Register = (program) => {
  const command = program
    .command("debug")
    .description("step through what an image does on the simulated PC, forwards and backwards")
    .argument("<image>", "an image as `ringlab boot` takes it, or an assembly source (.asm)");
  machineOptions(command)
    .addHelpText(
      "after",
      `
Commands are read from standard input; "help" lists them. An assembly source is assembled first and its labels are known;
what it gives is a disk when it ends a sector with 55 AA, and otherwise starts in real mode at its ORG.

Examples:
  ringlab debug boot.asm
  ringlab debug kernel.elf --memory 64M
  echo "break start; continue; step; registers" | ringlab debug boot.asm`,
    )
    .action(async (image: string, options: MachineCommandOptions) => {
      const { main } = await import("../debug/main.ts");
      await main(image, options);
    });
};
