/** `ringlab experiment`: runs a grid of points and prints its rows or draws its figure. */
import type { Command } from "commander";
import type { ExperimentOptions } from "../experiment/main.ts";

const collect = (value: string, before: string[] = []) => [...before, value];

export function register(program: Command): void {
  program
    .command("experiment [name]")
    .description("run an experiment and print its rows, or draw its figure")
    .option("--list", "list the experiments with their parameters")
    .option("--set <key=a,b,c>", "values of a parameter; repeat it for further parameters", collect)
    .option("--seed <n>", "where the random numbers start (default: the experiment's own)")
    .option("--seeds <k>", "run every point with so many seeds, one after the other (default: 1)")
    .option("--json", "print the rows as JSON")
    .option("--csv", "print the rows as CSV")
    .option("--svg <file>", "write the figure as SVG; - is standard output")
    .option("--png <file>", "write the figure as PNG")
    .option("--pcap <file>", "write the packets that it sends as a capture, for Wireshark or tshark")
    .option("--workers <n>", "threads to run it on (default: one for each processor)")
    .addHelpText(
      "after",
      "\nExample:\n  ringlab experiment direct-execution --set rate=0,0.1,0.5 --seeds 3 --svg direct.svg",
    )
    .action(async (name: string | undefined, options: ExperimentOptions) => {
      const { main } = await import("../experiment/main.ts");
      await main(name, options);
    });
}
