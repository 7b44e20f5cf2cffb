/** `ringlab boot`: an image on the simulated PC. */
import { Option } from "commander";
import type { BootCommandOptions } from "../boot/options.ts";
import type { Register } from "../register.ts";

const collect = (value: string, before: string[] = []) => [...before, value];

export const register: Register = (program) => {
  program
    .command("boot")
    .description("boot a disk, a boot sector, a multiboot kernel or a flat image on the simulated PC")
    .argument("<image>", "the image; what it is shows in its first bytes")
    .option(
      "--serial",
      "connect the serial port to standard output and input (unless --screen is given, it is)",
    )
    .option(
      "--screen",
      "print the text screen when the machine stops; standard input is typed on the keyboard, unless --serial",
    )
    .option("--multiboot", "the image is a multiboot kernel, whatever else it looks like")
    .option("--module <file args>", "a multiboot module with its arguments; repeatable", collect)
    .option("--append <args>", "arguments of a multiboot kernel")
    .option("--disk <file>", "a further disk, at most four with the image; repeatable", collect)
    .addOption(new Option("--memory <size>", "memory of the machine: 64M, 1G").default("512M", "512M"))
    .option("--limit <n>", "stop after so many instructions: 1000000, 10M")
    .option("--profile <name>", "the price list: what instructions and events cost")
    .option("--origin <address>", "load the image as it is, at this address")
    .option("--entry <address>", "start a flat image here (default: its origin)")
    .addOption(
      new Option("--mode <mode>", "start a flat image in this mode").choices(["real", "protected", "long"]),
    )
    .option("--trace", "print every instruction with what it changes, on standard error")
    .addHelpText(
      "after",
      `
The disks' files are read, never written: what the guest writes is gone at the end.

Exit status: that of the guest when it writes v to port F4h (2v + 1, always odd); 0 when it halts, resets or switches
the machine off; 2 when the processor shuts down (triple fault); 124 at the limit; 130 after Ctrl-C.

Examples:
  ringlab boot disk.img --disk second.img
  ringlab boot kernel.elf --module "initrd.img quiet" --append "console=serial" --memory 64M
  ringlab boot program.bin --origin 0x100000 --mode long --limit 1M --trace`,
    )
    .action(async (image: string, options: BootCommandOptions) => {
      const { main } = await import("../boot/main.ts");
      await main(image, options);
    });
};
