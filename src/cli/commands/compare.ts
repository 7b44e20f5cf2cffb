/** `ringlab compare`: QEMU against Docker on the machine itself. */
import type { Command } from "commander";
import type { DoctorOptions } from "../compare/doctor.ts";
import type { EffectOptions } from "../compare/effect.ts";
import type { RunOptions } from "../compare/run.ts";

export function register(program: Command): void {
  const compare = program
    .command("compare")
    .description("compare containers and virtual machines for real, on this machine");
  compare
    .command("doctor")
    .description("try every target: which work here, which don't and why, what to install")
    .option("--targets <names>", "only these, separated by commas")
    .option("--json", "print it as JSON")
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import("../compare/doctor.ts");
      await doctor(options);
    });
  compare
    .command("run")
    .description("measure scenarios on targets; the same command continues a run that was interrupted")
    .requiredOption(
      "--targets <names>",
      "separated by commas: host,runc,docker,…; ringlab compare doctor lists them",
    )
    .requiredOption(
      "--scenario <file>",
      "a JSON5 file, or one that comes with Ringlab: quick, short, startup, homework, matrix",
    )
    .option("--repetitions <n>", "measured repetitions of every case on every target", "5")
    .option("--warmups <n>", "repetitions before those, which no average counts", "1")
    .option("--seed <n>", "of the random order", "1")
    .option("--out <dir>", "the run folder", "compare-run")
    .option("--no-prediction", "don't simulate CPU work beforehand, which takes some seconds")
    .option("--scale <factor>", "durations and sets of files times this, to see that every case works", "1")
    .option("--report", "write the report too, as ringlab compare report does")
    .addHelpText(
      "after",
      "\nExample:\n  ringlab compare run --targets host,runc,docker --scenario quick --repetitions 5 --out first --report",
    )
    .action(async (options: RunOptions) => {
      const { run } = await import("../compare/run.ts");
      await run(options);
    });
  compare
    .command("report <dir>")
    .description(
      "write the report of a run folder: report.md, report.html and its pictures, beside the raw logs",
    )
    .addHelpText(
      "after",
      "\nThe exit code is 1 when something may not be compared; the report is written all the same, and says why.",
    )
    .action(async (folder: string) => {
      const { report } = await import("../compare/report.ts");
      await report(folder);
    });
  compare
    .command("effect <dir> <other> <base>")
    .description(
      "compare one target, scenario and case of a run folder with another, or say why that is refused",
    )
    .option(
      "--measure <name>",
      "eventsPerCpuSecond, eventsPerSecond, latency, read, write, memory, start (default: what the work asks for)",
    )
    .addHelpText(
      "after",
      "\nThe exit code is 1 when the comparison is refused.\n\nExample:\n  ringlab compare effect first qemu-tcg,quick,cpu-10000 docker,quick,cpu-10000",
    )
    .action(async (folder: string, other: string, base: string, options: EffectOptions) => {
      const { effect } = await import("../compare/effect.ts");
      effect(folder, other, base, options);
    });
  compare
    .command("recorded")
    .description(
      "copy the run that comes with Ringlab into a folder and write its report, where no engine works",
    )
    .option("--out <dir>", "the folder, which must not exist", "compare-recorded")
    .action(async ({ out }: { out: string }) => {
      const { recorded } = await import("../compare/recorded.ts");
      await recorded(out);
    });
}
