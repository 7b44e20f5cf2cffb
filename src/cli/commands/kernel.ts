/** `ringlab kernel`: what Jupyter front ends start when a notebook asks for TypeScript. */
import type { Command } from "commander";
import { UserError } from "../errors.ts";

/** Engine → starts it in this process; resolves when the kernel is listening. */
const ENGINES: Record<string, () => Promise<{ start: (connectionFile: string) => Promise<void> }>> = {
  own: () => import("../../kernel/own/start.ts"),
  tslab: () => import("../../kernel/tslab/start.ts"),
};

export function register(program: Command): void {
  const kernel = program.command("kernel").description("the Jupyter kernels of Ringlab");

  kernel
    .command("start")
    .description("start a kernel; Jupyter does this through the kernelspec")
    .option("--engine <name>", `which engine runs the cells: ${Object.keys(ENGINES).join(" or ")}`, "own")
    .argument("<connection-file>", "the JSON file with ports and key that a Jupyter front end writes")
    .action(async (connectionFile: string, options: { engine: string }) => {
      const load = ENGINES[options.engine];
      if (!load)
        throw new UserError(
          `there is no engine “${options.engine}”; choose one of: ${Object.keys(ENGINES).join(", ")}`,
        );
      await (await load()).start(connectionFile);
    });
}
