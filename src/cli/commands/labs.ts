/** `ringlab labs`: lists the labs of a checkout, makes their notebooks, says whether they grade as they should, begins a new one. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
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

  labs
    .command("verify")
    .description("grade a lab's solution, starter and mutants as if they were handed in, and compare")
    .argument("[lab...]", "which labs, by id or by number; default: all")
    .option("--seed <number>", "the first seed of the hidden tests", whole, 1)
    .option("--seeds <count>", "how many seeds, counted up from the first", whole, 3)
    .option("--unsafe", "without a sandbox: a lab's own files are yours to trust")
    .action(verify);

  labs
    .command("new")
    .description("begin a lab: a small complete one, to be changed until it is yours")
    .argument("<name>", "shadow-paging, or 08-shadow-paging; without a number it gets the next one")
    .action(begin);
}

function whole(text: string): number {
  if (!/^-?\d{1,9}$/.test(text))
    throw new UserError(`"${text}" is not a whole number of at most nine digits`);
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

/** What grader/verify/command.ts exports: the grader is found by its path, too. */
interface Verifier {
  verifyLabs(asked: {
    ids: readonly string[];
    labs: string;
    seeds: readonly number[];
    sandbox: "unsafe" | undefined;
    print(text: string): void;
  }): Promise<boolean>;
}

interface VerifyOptions {
  seed: number;
  seeds: number;
  unsafe?: boolean;
}

async function verify(asked: string[], { seed, seeds, unsafe }: VerifyOptions): Promise<void> {
  const ids = await chosenLabs(asked);
  if (seeds < 1) throw new UserError("--seeds: at least one seed is needed");
  const file = join(ROOT, "dist/grader/verify/command.js");
  if (!existsSync(file))
    throw new UserError(`there is no grader in ${ROOT}; run this in a checkout, after npm run build`);
  const { verifyLabs }: Verifier = await import(pathToFileURL(file).href);
  const all = Array.from({ length: seeds }, (_, n) => seed + n);
  const print = (text: string) => console.log(text);
  try {
    const sound = await verifyLabs({
      ids,
      labs: LABS,
      seeds: all,
      sandbox: unsafe ? "unsafe" : undefined,
      print,
    });
    if (!sound) process.exitCode = 1;
  } catch (error) {
    throw new UserError((error as Error).message);
  }
}

/** Begins a lab by the template. */
async function begin(name: string): Promise<void> {
  const { beginLab } = await import("../../course/build/new-lab.ts");
  try {
    const { id, files } = await beginLab(ROOT, name);
    console.log(`${files.map((file) => `${file} written`).join("\n")}\n`);
    console.log("It is complete and works. Next:");
    console.log(`  npm run build && ringlab labs build ${id} && ringlab labs verify ${id}`);
    console.log(`  grep -rn TODO labs/${id}    what is yours to change; labs/README.md says in which order`);
  } catch (error) {
    throw new UserError((error as Error).message);
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
