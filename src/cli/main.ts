/** The `ringlab` command. A file of commands/ is one subcommand and is loaded only when it is asked for. */
import { Command } from "commander";
import { description, isStudentEdition, version } from "../kernel/package.ts";
import { UserError } from "./errors.ts";
import type { Register } from "./register.ts";

/** In the order in which `ringlab --help` lists them. */
const COMMANDS: Record<string, () => Promise<{ register: Register }>> = {
  notebook: () => import("./commands/notebook.ts"),
  run: () => import("./commands/run.ts"),
  export: () => import("./commands/export.ts"),
  experiment: () => import("./commands/experiment.ts"),
  fidelity: () => import("./commands/fidelity.ts"),
  compare: () => import("./commands/compare.ts"),
  boot: () => import("./commands/boot.ts"),
  guest: () => import("./commands/guest.ts"),
  debug: () => import("./commands/debug.ts"),
  kernel: () => import("./commands/kernel.ts"),
  labs: () => import("./commands/labs.ts"),
  check: () => import("./commands/check.ts"),
  grade: () => import("./commands/grade.ts"),
  release: () => import("./commands/release.ts"),
  asm: () => import("./commands/asm.ts"),
  disasm: () => import("./commands/disasm.ts"),
};

/** Commands that need the grader, which students do not have. */
const INSTRUCTORS = ["grade", "release"];

const program = new Command("ringlab")
  .description(description)
  .version(version)
  .showHelpAfterError("Add --help to see what there is.");
const known = Object.entries(COMMANDS).filter(([name]) => !(isStudentEdition && INSTRUCTORS.includes(name)));
const asked = known.find(([name]) => name === process.argv[2]);
for (const [, load] of asked ? [asked] : known) (await load()).register(program);

// `ringlab … | head` stops reading early: what remains to be written is not wanted, what remains to be done is.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`ringlab: ${error.message}`);
  process.exitCode = error.exitCode;
}
