/** `ringlab export`: a notebook as a page to read or to send. */
import { type Command, Option } from "commander";
import { UserError } from "../errors.ts";

export function register(program: Command): void {
  program
    .command("export <file>")
    .description("make one self-contained page of a notebook, as it was last run")
    .addOption(new Option("--to <format>", "format of the page").choices(["html"]).default("html"))
    .option("--out <file>", "where to write; - is standard output (default: beside the notebook)")
    .action(exportFile);
}

async function exportFile(file: string, { to, out }: { to: string; out?: string }): Promise<void> {
  const { replaceFile } = await import("../../kernel/replace-file.ts");
  const { readNotebook } = await import("../../kernel/notebook-file.ts");
  const { NotebookError } = await import("../../kernel/notebook.ts");
  const { htmlPage } = await import("../export/page.ts");
  const target = out ?? `${file.replace(/\.ipynb$/, "")}.${to}`;
  try {
    const page = htmlPage(readNotebook(file), file, (warning) => console.error(`ringlab: ${warning}`));
    if (out === "-") {
      process.stdout.write(page);
      return;
    }
    await replaceFile(target, page);
    console.error(`wrote ${target}`);
  } catch (error) {
    if (error instanceof NotebookError) throw new UserError(error.message);
    const { syscall, code } = error as NodeJS.ErrnoException;
    if (syscall) throw new UserError(`${target} cannot be written (${code}): give another --out`);
    throw error;
  }
}
