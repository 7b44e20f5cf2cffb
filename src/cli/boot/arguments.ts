/** The options that say what the machine is and what is in it: the same for every command that starts one. */
import { type Command, Option } from "commander";

const collect = (value: string, before: string[] = []) => [...before, value];

export function machineOptions(command: Command): Command {
  return command
    .option("--multiboot", "the image is a multiboot kernel, whatever else it looks like")
    .option("--module <file args>", "a multiboot module with its arguments; repeatable", collect)
    .option("--append <args>", "arguments of a multiboot kernel")
    .option("--disk <file>", "a further disk, at most four with the image; repeatable", collect)
    .addOption(new Option("--memory <size>", "memory of the machine: 64M, 1G").default("512M", "512M"))
    .option("--profile <name>", "the price list: what instructions and events cost")
    .option("--origin <address>", "load the image as it is, at this address")
    .option("--entry <address>", "start a flat image here (default: its origin)")
    .addOption(
      new Option("--mode <mode>", "start a flat image in this mode").choices(["real", "protected", "long"]),
    );
}
