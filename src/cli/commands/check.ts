/** `ringlab check`: the public checks of a lab on a component, as in the notebook but in a process that can be stopped. */
import { watchFile } from "node:fs";
import { relative } from "node:path";
import type { Options } from "../check/check.ts";
import { UserError } from "../errors.ts";
import type { Register } from "../register.ts";

export const register: Register = (program) => {
  program
    .command("check")
    .description("run the public checks of a lab on your component")
    .argument("<lab>", "the lab, by id or by number")
    .argument("[file]", "your notebook or component.ts; default: notebooks/<lab>.ipynb")
    .option("--part <part>", "only this part")
    .option("--seed <n>", "cases drawn from this seed instead of the public ones")
    .option("--types", "print type errors first")
    .option("--watch", "again whenever the file is saved")
    .action(check);
};

async function check(lab: string, file: string | undefined, options: Options): Promise<void> {
  const { chosenLabs } = await import("../labs.ts");
  const { notebookOf } = await import("../check/source.ts");
  const { checkOnce } = await import("../check/check.ts");
  const [id] = (await chosenLabs([lab])) as [string];
  const path = file ?? relative(process.cwd(), notebookOf(id));
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, onSignal);
  const once = async () => {
    if (!(await checkOnce(id, path, options, stop.signal))) process.exitCode = 1;
    if (stop.signal.aborted) throw new UserError("stopped", 130);
  };
  if (!options.watch) return once();
  await repeat(path, once, stop.signal);
}

/** Editors replace a file when they save it: its name is watched, not the file. */
async function repeat(path: string, once: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await once();
    } catch (error) {
      if (!(error instanceof UserError) || signal.aborted) throw error;
      console.error(`ringlab: ${error.message}`);
    }
    console.log(`\nWaiting for ${path} to be saved. Ctrl+C ends.\n`);
    await new Promise<void>((resolve) => {
      const watcher = watchFile(path, { interval: 300 }, () => done());
      const done = () => {
        watcher.unref();
        watcher.removeAllListeners();
        signal.removeEventListener("abort", done);
        resolve();
      };
      signal.addEventListener("abort", done);
    });
  }
  process.exitCode = 130;
}
