/** `ringlab labs`: lists the labs of a checkout and makes their notebooks. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { ROOT } from "../../kernel/package.ts";
import { UserError } from "../errors.ts";
import { chosenLabs, importModule, LABS } from "../labs.ts";

export function register(program: Command): void {
  const labs = program.command("labs").description("the labs of the course: list them, make their notebooks");

  labs
    .command("list")
    .description("each lab with its title, its points, and whether its notebook is up to date")
    .action(list);

  labs
    .command("build")
    .description("write notebooks/NN-name.ipynb from labs/NN-name/lab.md")
    .argument("[lab...]", "which labs, by id or by number; default: all")
    .option("--check", "write nothing; fail when a notebook is not what its lab would give")
    .action(build);
}

const target = (id: string) => join(ROOT, "notebooks", `${id}.ipynb`);

/** The text of the notebook that the lab gives now. */
async function render(id: string): Promise<string> {
  const { loadLab } = await import("../../course/build/lab-folder.ts");
  const { buildNotebook } = await import("../../course/build/build.ts");
  const { serialize } = await import("../../course/build/notebook.ts");
  try {
    return serialize(buildNotebook(await loadLab(join(LABS, id), importModule)));
  } catch (error) {
    throw new UserError(`labs/${id}: ${(error as Error).message}`);
  }
}

const isStale = (id: string, text: string) =>
  !existsSync(target(id)) || readFileSync(target(id), "utf8") !== text;

async function list(): Promise<void> {
  const { loadContract } = await import("../../course/build/lab-folder.ts");
  for (const id of await chosenLabs([])) {
    const { title, parts } = await loadContract(id, importModule);
    const points = parts.reduce((sum, part) => sum + part.points, 0);
    const state = isStale(id, await render(id)) ? `stale: ringlab labs build ${id}` : "up to date";
    console.log(`${id.padEnd(24)} ${title} (${points} points, notebook ${state})`);
  }
}

async function build(asked: string[], { check }: { check?: boolean }): Promise<void> {
  const { replaceFile } = await import("../../kernel/replace-file.ts");
  const stale: string[] = [];
  for (const id of await chosenLabs(asked)) {
    const text = await render(id);
    const name = `notebooks/${id}.ipynb`;
    if (!isStale(id, text)) {
      console.log(`${name} is up to date`);
      continue;
    }
    stale.push(name);
    if (check) continue;
    mkdirSync(join(ROOT, "notebooks"), { recursive: true });
    await replaceFile(target(id), text);
    console.log(`${name} written`);
  }
  if (check && stale.length > 0)
    throw new UserError(
      `${stale.join(", ")} ${stale.length > 1 ? "are" : "is"} stale; run: ringlab labs build`,
    );
}
