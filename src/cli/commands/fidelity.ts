/** `ringlab fidelity`: published figures beside ours. */
import type { FidelityOptions } from "../fidelity/main.ts";
import type { Register } from "../register.ts";

export const register: Register = (program) => {
  program
    .command("fidelity [ids...]")
    .description("run what was published, and print each figure beside ours")
    .option("--list", "print the published figures alone and run nothing")
    .option("--json", "print as JSON, with sources and how far each figure was verified")
    .option("--workers <n>", "threads to run it on (default: one for each processor)")
    .addHelpText(
      "after",
      `
An id names a row, or all rows that begin with it. The exit code is 1 when a row is out of its tolerance or its order.

Examples:
  ringlab fidelity
  ringlab fidelity aa06 xen03-fork
  ringlab fidelity --json > fidelity.json`,
    )
    .action(async (ids: string[], options: FidelityOptions) => {
      const { main } = await import("../fidelity/main.ts");
      await main(ids, options);
    });
};
