/** `ringlab guest`: our own kernel with a workload, booted, measured, or written as a disk image. */
import { Option } from "commander";
import type { GuestCommandOptions } from "../guest/main.ts";
import type { Register } from "../register.ts";

const collect = (value: string, before: string[] = []) => [...before, value];

export const register: Register = (program) => {
  program
    .command("guest [workload]")
    .description("boot the laboratory's own kernel with a workload, and say what it cost")
    .option("--list", "list the workloads with their parameters")
    .option("--set <name=value>", "a parameter of the workload; repeatable", collect)
    .addOption(
      new Option("--system-call <gate>", "how programs enter the kernel")
        .choices(["int80", "sysenter"])
        .default("int80"),
    )
    .option("--timer <hz>", "timer interrupts a second, 0 for none", "100")
    .option("--system <name>", "what executes it: the bare machine or a monitor", "native")
    .option("--profile <name>", "the price list: what instructions and events cost")
    .option("--out <file>", "write the disk image instead, for ringlab boot, QEMU or Bochs")
    .addHelpText(
      "after",
      `
Examples:
  ringlab guest fork
  ringlab guest null-call --system-call sysenter --profile haswell
  ringlab guest fork --system bochs
  ringlab guest context-switch --set processes=8 --set kilobytes=16 --out switch.img`,
    )
    .action(async (workload: string | undefined, options: GuestCommandOptions) => {
      const { main } = await import("../guest/main.ts");
      await main(workload, options);
    });
};
