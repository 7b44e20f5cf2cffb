/** `ringlab grade`: hands over to the grader, which only a checkout for instructors has. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { ROOT } from "../../kernel/package.ts";
import { UserError } from "../errors.ts";

interface Options {
  lab: string;
  [option: string]: string | number | boolean | undefined;
}

type GradeCommand = (path: string, options: Options) => Promise<number>;

export function register(program: Command): void {
  program
    .command("grade <path>")
    .description("grade a submission, or a folder of them, with the hidden tests of a lab")
    .requiredOption("--lab <id>", "of which lab, by id or by number")
    .option(
      "--out <dir>",
      "write results and pages there (default for a folder: graded-LAB; for one: the terminal)",
    )
    .option(
      "--seed <n>",
      "draws the hidden tests: choose your own, and keep it to yourself (default: 1)",
      whole(0),
    )
    .option("--jobs <n>", "submissions at a time (default: one for each processor)", whole(1))
    .option("--sandbox <name>", "bubblewrap, docker, podman or user (default: bubblewrap)")
    .option("--unsafe", "go on without a sandbox: only for code that you trust")
    .option("--release", "show inputs and expectations of hidden tests")
    .option("--course <file>", "settings of the course: due dates, late policy, release (JSON5)")
    .option("--roster <file>", "who is in the class (CSV)")
    .option("--manual <file>", "marks of the reflection questions (CSV; default: manual.csv of --out)")
    .option("--json", "print the result or the summary as JSON")
    .addHelpText(
      "after",
      `
What is graded already and has not changed is not graded again: after Ctrl+C, a power cut or new submissions, run the
same command once more. The exit code is 2 when something could not be graded through no fault of a student.

Examples:
  ringlab grade ada.ipynb --lab 1
  ringlab grade submissions/ --lab 1 --seed 20261 --out graded-01 --roster roster.csv`,
    )
    .action(grade);
}

/** A whole number from `least` on. */
const whole = (least: number) => (text: string) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
    throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
  return value;
};

async function grade(path: string, options: Options): Promise<void> {
  if (options.unsafe && options.sandbox !== undefined)
    throw new UserError("--unsafe is grading without a sandbox: leave out --sandbox, or --unsafe");
  const command = await load();
  const { chosenLabs } = await import("../labs.ts");
  const [lab] = (await chosenLabs([options.lab])) as [string];
  try {
    process.exitCode = await command(path, { ...options, lab });
  } catch (error) {
    throw MISTAKES.includes((error as Error).name) ? new UserError((error as Error).message) : error;
  }
}

/** Errors of the grader that are for the user, by name: nothing in src imports it. */
const MISTAKES = ["GradingProblem", "InputError", "PathError", "SandboxError"];

async function load(): Promise<GradeCommand> {
  const file = join(ROOT, "dist", "grader", "run", "command.js");
  if (!existsSync(file))
    throw new UserError(
      "this is an edition for students, without grader and hidden tests; to check your own component: ringlab check",
    );
  return ((await import(pathToFileURL(file).href)) as { gradeCommand: GradeCommand }).gradeCommand;
}
