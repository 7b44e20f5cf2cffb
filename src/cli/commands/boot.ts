/** `ringlab boot`: an image on the simulated PC. */
import { machineOptions } from "../boot/arguments.ts";
import type { BootCommandOptions } from "../boot/options.ts";
import type { Register } from "../register.ts";

export const register: Register = (program) => {
  const command = program
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
    .option("--system <name>", "what executes it: native, the bare machine, or a monitor by its name")
    .option("--limit <n>", "stop after so many instructions: 1000000, 10M")
    .option("--trace", "print every instruction with what it changes, on standard error")
    .option("--trace-to <file>", "trace into a file instead")
    .option("--trace-from <n>", "begin to trace after so many instructions")
    .option("--trace-steps <n>", "trace only so many")
    .option("--gdb <port>", "wait for GDB on this port of this machine (0: any) and let it run the guest");
  machineOptions(command)
    .addHelpText(
      "after",
      `
The disks' files are read, never written: what the guest writes is gone at the end.

Exit status: that of the guest when it writes v to port F4h (2v + 1, always odd); 0 when it halts, resets or switches
the machine off; 2 when the processor shuts down (triple fault); 124 at the limit; 130 after Ctrl-C.

Examples:
  ringlab boot disk.img --disk second.img
  ringlab boot kernel.elf --module "initrd.img quiet" --append "console=serial" --memory 64M
  ringlab boot disk.img --system vmware
  ringlab boot kernel.elf --gdb 1234      then: gdb kernel.elf -ex "target remote :1234"
  ringlab boot program.bin --origin 0x100000 --mode long --limit 1M --trace`,
    )
    .action(async (image: string, options: BootCommandOptions) => {
      const { main } = await import("../boot/main.ts");
      await main(image, options);
    });
};
