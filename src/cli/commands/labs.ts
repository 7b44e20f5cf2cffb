/** `ringlab labs`: lists the labs of a checkout, makes their notebooks, says whether they grade as they should, begins a new one. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { isStudentEdition, ROOT } from "../../kernel/package.ts";
import type { VerifyOptions } from "../author/verify.ts";
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

  labs
    .command("verify")
    .description("grade a lab's solution, starter and mutants as if they were handed in, and compare")
    .argument("[lab...]", "which labs, by id or by number; default: all")
    .option("--seed <number>", "the first seed of the hidden tests", whole, 1)
    .option("--seeds <count>", "how many seeds, counted up from the first", whole, 3)
    .option("--quick", "mutants only through the tests that their headers name")
    .option("--unsafe", "without a sandbox: a lab's own files are yours to trust")
    .action(async (asked: string[], options: VerifyOptions) =>
      (await import("../author/verify.ts")).verify(asked, options),
    );

  labs
    .command("new")
    .description("begin a lab: a small complete one, to be changed until it is yours")
    .argument("<name>", "shadow-paging, or 08-shadow-paging; without a number it gets the next one")
    .action(async (name: string) => (await import("../author/begin.ts")).begin(name));
}

function whole(text: string): number {
  if (!/^-?\d{1,9}$/.test(text))
    throw new InvalidArgumentError("Give a whole number of at most nine digits.");
  return Number(text);
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

function stateOf(id: string, text: string): string {
  if (!isStale(id, text)) return isStudentEdition ? "as it was given" : "up to date";
  return isStudentEdition && existsSync(target(id)) ? "with your work" : `stale: ringlab labs build ${id}`;
}

async function list(): Promise<void> {
  const { loadContract } = await import("../../course/build/lab-folder.ts");
  for (const id of await chosenLabs([])) {
    const { title, parts } = await loadContract(id, importModule);
    const points = parts.reduce((sum, part) => sum + part.points, 0);
    const state = stateOf(id, await render(id));
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
    if (isStudentEdition && existsSync(target(id)))
      throw new UserError(`${name} holds work of yours; rename it, and run this again for a fresh one`);
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
