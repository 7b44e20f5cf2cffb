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
      const { readConnection } = await import("../../kernel/connection.ts");
      try {
        readConnection(connectionFile);
      } catch (error) {
        throw userErrors(error);
      }
      await (await load()).start(connectionFile);
    });

  const place = (command: Command): Command =>
    command
      .option("--user", "Jupyter's folder of this user (the default)")
      .option("--prefix <folder>", "an environment instead, e.g. a virtualenv or conda folder")
      .option("--only <engine>", `only one of them: ${Object.keys(ENGINES).join(" or ")}`);

  place(kernel.command("install"))
    .description("register the kernels with Jupyter: JupyterLab, VS Code, nbclient")
    .action(install);
  place(kernel.command("uninstall")).description("take them out again").action(uninstall);
  place(kernel.command("list")).description("show what is registered, and where").action(list);
}

interface PlaceOptions {
  user?: boolean;
  prefix?: string;
  only?: string;
}

async function chosen({ user, prefix, only }: PlaceOptions) {
  if (user && prefix !== undefined) throw new UserError("--user and --prefix exclude each other");
  if (only !== undefined && !ENGINES[only])
    throw new UserError(`there is no engine “${only}”; choose one of: ${Object.keys(ENGINES).join(", ")}`);
  const { SPECS } = await import("../../kernel/specs.ts");
  const installer = await import("../../kernel/install.ts");
  const data = installer.dataFolder({ env: process.env, platform: process.platform, prefix });
  const specs = SPECS.filter(({ name }) => !only || (only === "tslab") === name.endsWith("tslab"));
  return { installer, data, specs };
}

const userErrors = (error: unknown): UserError =>
  new UserError(error instanceof Error ? error.message : String(error));

async function install(options: PlaceOptions): Promise<void> {
  const { installer, data, specs } = await chosen(options);
  for (const spec of specs)
    try {
      console.log(`${spec.display_name}: ${await installer.installSpec(spec, data)}`);
    } catch (error) {
      throw userErrors(error);
    }
  const { ensureSnapshot } = await import("../../kernel/own/checker/snapshot.ts");
  if (!(await ensureSnapshot()))
    console.log("The start-up snapshot could not be made: kernels start about a second slower.");
  const names = specs.map(({ display_name }) => `“${display_name}”`).join(" or ");
  console.log(
    `\nJupyterLab: start it anew, then choose ${names} for a notebook.\nVS Code: Select Kernel, Jupyter Kernel…, ${names}.`,
  );
}

async function uninstall(options: PlaceOptions): Promise<void> {
  const { installer, data, specs } = await chosen(options);
  for (const spec of specs)
    try {
      const folder = installer.uninstallSpec(spec, data);
      console.log(folder ? `removed ${folder}` : `${spec.name} was not installed in ${data}`);
    } catch (error) {
      throw userErrors(error);
    }
}

async function list(options: PlaceOptions): Promise<void> {
  const { installer, data, specs } = await chosen(options);
  for (const spec of specs) {
    const { folder, state } = installer.specState(spec, data);
    console.log(`${spec.name.padEnd(14)} ${state.padEnd(10)} ${folder}`);
  }
}
