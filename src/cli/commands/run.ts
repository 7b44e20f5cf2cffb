/** `ringlab run`: executes notebooks without a browser. */
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { cellSource } from "../../course/build/cell-source.ts";
import type { CellReport, Executed } from "../../kernel/execute.ts";
import type { Notebook } from "../../kernel/notebook.ts";
import type { KernelSpec } from "../../kernel/specs.ts";
import { UserError } from "../errors.ts";
import type { Register } from "../register.ts";

interface Options {
  out?: string;
  save: boolean;
  timeout: string;
  kernel?: string;
  keepGoing?: boolean;
  replace?: Map<string, string>;
}

export const register: Register = (program) => {
  program
    .command("run")
    .description("execute notebooks and keep what they show, without a browser")
    .argument("<file...>", "notebooks (.ipynb)")
    .option(
      "-o, --out <path>",
      "write to this file, or into this folder, instead of into the notebook itself",
    )
    .option("--no-save", "run only, write nothing")
    .addOption(new Option("--timeout <seconds>", "what one cell may take").default("60", "60"))
    .option(
      "--kernel <name>",
      "ringlab or ringlab-tslab; default: the one that the notebook names, else ringlab",
    )
    .option("--keep-going", "run the cells after one that failed")
    .option(
      "--replace <tag=file>",
      "before running, put the text of file in place of every cell with this tag; repeatable",
      addReplacement,
    )
    .action(run);
};

function addReplacement(value: string, all = new Map<string, string>()): Map<string, string> {
  const at = value.indexOf("=");
  if (at < 1) throw new UserError(`--replace takes TAG=FILE, got "${value}"`);
  return all.set(value.slice(0, at), value.slice(at + 1));
}

async function run(files: string[], options: Options, _command: Command): Promise<void> {
  const timeoutMs = Number(options.timeout) * 1000;
  if (!(timeoutMs > 0)) throw new UserError(`--timeout takes a number of seconds, got "${options.timeout}"`);
  if (options.replace && options.save && !options.out)
    throw new UserError(
      "--replace would overwrite cells of the notebook itself: give --out PATH or --no-save",
    );
  const targets = targetsOf(files, options);
  const { NotebookError } = await import("../../kernel/notebook.ts");
  const { readNotebook } = await import("../../kernel/notebook-file.ts");
  const jobs = files.map((file, index) => {
    try {
      const notebook = readNotebook(file);
      replaceCells(notebook, options.replace ?? new Map(), file);
      return { file, target: targets[index], notebook };
    } catch (error) {
      throw error instanceof NotebookError ? new UserError(error.message) : error;
    }
  });
  const specs = await Promise.all(
    jobs.map(({ file, notebook }) => chooseKernel(file, notebook, options.kernel)),
  );

  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  try {
    const failures: string[] = [];
    for (const [index, job] of jobs.entries()) {
      if (stop.signal.aborted) break;
      const settings = { spec: specs[index] as KernelSpec, timeoutMs, keepGoing: options.keepGoing === true };
      failures.push(...(await runOne(job, { ...settings, signal: stop.signal })));
    }
    if (stop.signal.aborted) throw new UserError("stopped; what ran until then is kept", 130);
    if (failures.length > 0) throw new UserError(failures.join("\n\nringlab: "));
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
  }
}

interface Job {
  file: string;
  target: string | undefined;
  notebook: Notebook;
}

/** Where each result goes; undefined: nowhere. */
function targetsOf(files: string[], { out, save }: Options): (string | undefined)[] {
  if (!save) {
    if (out) throw new UserError("--out and --no-save exclude each other");
    return files.map(() => undefined);
  }
  if (!out) return files;
  const folder = /[\\/]$/.test(out) || (existsSync(out) && statSync(out).isDirectory());
  if (!folder) {
    if (files.length > 1)
      throw new UserError(`--out ${out} is one file for ${files.length} notebooks: name a folder, ${out}/`);
    return [out];
  }
  const names = files.map((file) => basename(file));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new UserError(`two notebooks are named ${twice}: they cannot share the folder ${out}`);
  return names.map((name) => join(out, name));
}

function replaceCells(notebook: Notebook, replacements: Map<string, string>, file: string): void {
  for (const [tag, path] of replacements) {
    const tagged = notebook.cells.filter((cell) => cell.metadata.tags?.includes(tag));
    if (tagged.length === 0) {
      const tags = [...new Set(notebook.cells.flatMap((cell) => cell.metadata.tags ?? []))];
      throw new UserError(
        `${file} has no cell with the tag "${tag}"; its tags: ${tags.join(", ") || "none"}`,
      );
    }
    let source: string;
    try {
      source = readFileSync(path, "utf8");
    } catch (error) {
      throw new UserError(`--replace ${tag}=${path}: ${(error as Error).message}`);
    }
    for (const cell of tagged) cell.source = cellSource(source);
  }
}

async function chooseKernel(file: string, { metadata }: Notebook, name?: string): Promise<KernelSpec> {
  const { DEFAULT_SPEC, findSpec, SPECS } = await import("../../kernel/specs.ts");
  if (name !== undefined) {
    const spec = findSpec(name);
    if (spec) return spec;
    throw new UserError(
      `there is no kernel "${name}"; Ringlab has ${SPECS.map((known) => known.name).join(" and ")}`,
    );
  }
  const known = findSpec(metadata.kernelspec?.name ?? "");
  if (known) return known;
  const named = metadata.kernelspec?.name;
  const language = metadata.kernelspec?.language ?? metadata.language_info?.name ?? "typescript";
  if (!["typescript", "javascript"].includes(String(language).toLowerCase()))
    throw new UserError(
      `${file} is a notebook for ${language} (kernel ${named ?? "not named"}), Ringlab runs TypeScript; to run it all the same, give --kernel`,
    );
  if (named)
    console.error(
      `${file} names the kernel "${named}", which Ringlab does not have: ${DEFAULT_SPEC.name} runs it`,
    );
  return DEFAULT_SPEC;
}

const MARKS: Record<CellReport["status"], string> = {
  ok: "ok",
  error: "FAILED",
  timeout: "TIMED OUT",
  died: "KERNEL DIED",
  stopped: "stopped",
  skipped: "skipped",
  unrun: "not run",
};

function progress({ number, total, status, seconds, firstLine }: CellReport): string {
  const time = status === "skipped" || status === "unrun" ? "" : ` ${seconds.toFixed(2)} s`;
  const place = `[${String(number).padStart(String(total).length)}/${total}]`;
  const source = firstLine.length > 70 ? `${firstLine.slice(0, 69)}…` : firstLine;
  return `${place} ${MARKS[status]}${time}  ${source}`.trimEnd();
}

const failure = (file: string, { number, total, firstLine, status, error }: CellReport): string =>
  [
    `${file}: cell ${number} of ${total} ${status === "error" ? "failed" : MARKS[status].toLowerCase()}: ${firstLine}`,
    ...(error?.traceback.length ? error.traceback : [`${error?.ename}: ${error?.evalue}`]),
  ].join("\n");

interface Settings {
  spec: KernelSpec;
  timeoutMs: number;
  keepGoing: boolean;
  signal: AbortSignal;
}

/** Runs and saves one notebook; returns a text for every cell that failed. */
async function runOne({ file, target, notebook }: Job, settings: Settings): Promise<string[]> {
  const { executeNotebook } = await import("../../kernel/execute.ts");
  console.log(`${file} (${settings.spec.name})`);
  let executed: Executed;
  try {
    executed = await executeNotebook(notebook, {
      ...settings,
      cwd: dirname(resolve(file)),
      onCell: (report) => console.log(progress(report)),
    });
  } catch (error) {
    if (settings.signal.aborted) return [];
    throw new UserError(
      `${file}: the kernel ${settings.spec.name} did not start: ${(error as Error).message}`,
    );
  }
  if (target) await save(target, executed.notebook);
  return executed.cells
    .filter(({ status }) => status === "error" || status === "timeout" || status === "died")
    .map((report) => failure(file, report));
}

async function save(target: string, notebook: Notebook): Promise<void> {
  const { writeNotebook } = await import("../../kernel/notebook-file.ts");
  try {
    mkdirSync(dirname(target), { recursive: true });
    await writeNotebook(target, notebook);
  } catch (error) {
    throw new UserError(`the result could not be written to ${target}: ${(error as Error).message}`);
  }
}
