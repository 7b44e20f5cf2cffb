/** Runs a notebook's code cells in a kernel, in order: notebook in, executed notebook and a report out. */
import { KernelClient, KernelDied, type Result } from "./client.ts";
import { type Cell, type CellOutput, type CodeCell, hasTag, isCode, type Notebook } from "./notebook.ts";
import { type CellOutputs, OutputBook } from "./outputs.ts";
import type { KernelSpec } from "./specs.ts";

/**
 * ok; error: it threw or did not compile; timeout: it ran too long; died: the kernel's process ended; stopped: by the
 * caller's signal; skipped: empty or tagged skip-execution; unrun: an earlier cell ended the run.
 */
export type CellStatus = "ok" | "error" | "timeout" | "died" | "stopped" | "skipped" | "unrun";

export interface CellReport {
  /** Counts code cells from 1, as does `total`. */
  number: number;
  total: number;
  /** The first line with something on it. */
  firstLine: string;
  status: CellStatus;
  seconds: number;
  /** What went wrong; also for an error that the tag raises-exception expects, then with status ok. */
  error?: { ename: string; evalue: string; traceback: string[] };
}

export interface ExecuteOptions {
  spec: KernelSpec;
  /** The folder in which cells resolve files and packages: the notebook's own. */
  cwd: string;
  /** For each cell; then it is interrupted, then the kernel killed. */
  timeoutMs: number;
  /** Run on after a cell that failed, as long as the kernel lives. */
  keepGoing?: boolean;
  /** Stops the run: the cell is interrupted, what ran so far is kept. */
  signal?: AbortSignal;
  onCell?: (report: CellReport) => void;
}

export interface Executed {
  /** A copy; the notebook that was given is left as it was. */
  notebook: Notebook;
  cells: CellReport[];
}

/** How long an interrupted cell may take to end before its kernel is killed. */
const INTERRUPT_GRACE_MS = 5000;
const START_LIMIT_MS = 60_000;

export const firstLine = (source: string): string =>
  source
    .split("\n")
    .find((line) => line.trim() !== "")
    ?.trim() ?? "";

const after = <T>(ms: number, value: T) => {
  let timer: NodeJS.Timeout;
  const promise = new Promise<T>((done) => {
    timer = setTimeout(done, ms, value);
  });
  return { promise, cancel: () => clearTimeout(timer) };
};

type Stopped = Promise<"stopped">;
const whenAborted = (signal: AbortSignal | undefined): Stopped =>
  new Promise((done) => {
    if (signal?.aborted) done("stopped");
    signal?.addEventListener("abort", () => done("stopped"), { once: true });
  });

async function startKernel({ spec, cwd }: ExecuteOptions, stopped: Stopped): Promise<KernelClient> {
  const limit = after(START_LIMIT_MS, "late" as const);
  const starting = KernelClient.start(spec, { cwd });
  const first = await Promise.race([starting, limit.promise, stopped]).finally(limit.cancel);
  if (typeof first !== "string") return first;
  starting.then((client) => client.kernel.kill()).catch(() => {});
  throw new Error(
    first === "late"
      ? `the kernel ${spec.name} did not answer within ${START_LIMIT_MS / 1000} s`
      : "stopped before the kernel was up",
  );
}

type Ending = Pick<CellReport, "status" | "error">;

const toError = (reply: Result["reply"], outputs: CellOutput[]): CellReport["error"] => {
  const shown = outputs.findLast((output) => output.output_type === "error");
  const { ename, evalue, traceback } = { ...shown, ...reply } as unknown as NonNullable<CellReport["error"]>;
  return { ename: ename ?? "Error", evalue: evalue ?? "", traceback: traceback ?? [] };
};

const problem = (ename: string, evalue: string) => ({ ename, evalue, traceback: [`${ename}: ${evalue}`] });

/** Interrupts, and once more, as a person would; gives the reply if the cell ended, else kills the kernel. */
async function stop(client: KernelClient, running: Promise<Result>): Promise<boolean> {
  client.interrupt();
  const again = setTimeout(() => client.interrupt(), INTERRUPT_GRACE_MS / 2);
  running.catch(() => {}).finally(() => clearTimeout(again));
  const grace = after(INTERRUPT_GRACE_MS, undefined);
  const ended = await Promise.race([running.catch(() => undefined), grace.promise]).finally(grace.cancel);
  if (!ended) await client.kernel.kill();
  return client.kernel.exit === undefined;
}

async function runCell(
  client: KernelClient,
  cell: CodeCell,
  outputs: CellOutputs,
  { timeoutMs, stopped }: { timeoutMs: number; stopped: Stopped },
): Promise<Ending> {
  const running = client.execute(cell.source, { onOutput: (output) => outputs.receive(output) });
  const limit = after(timeoutMs, "timeout" as const);
  try {
    const first = await Promise.race([running, limit.promise, stopped]);
    if (typeof first !== "string") {
      cell.execution_count = (first.reply.execution_count as number | undefined) ?? null;
      return first.reply.status === "ok"
        ? { status: "ok" }
        : { status: "error", error: toError(first.reply, outputs.list) };
    }
    const alive = await stop(client, running);
    const why = first === "timeout" ? `ran longer than ${timeoutMs / 1000} s` : "was stopped";
    const how = alive ? "and was interrupted" : "and could not be interrupted: its kernel was killed";
    const error = problem(first === "timeout" ? "CellTimeout" : "CellStopped", `the cell ${why} ${how}`);
    outputs.add({ output_type: "error", ...error });
    return { status: first, error };
  } catch (failure) {
    if (!(failure instanceof KernelDied)) throw failure;
    const error = problem("KernelDied", failure.message);
    outputs.add({ output_type: "error", ...error });
    return { status: "died", error };
  } finally {
    limit.cancel();
  }
}

const unrunnable = (cell: Cell): boolean => cell.source.trim() === "" || hasTag(cell, "skip-execution");

/** The kernel's description of itself, as Jupyter writes it; a kernelspec that the notebook names is left alone. */
function describeKernel({ metadata }: Notebook, client: KernelClient): void {
  const { name, display_name, language } = client.spec;
  metadata.kernelspec ??= { name, display_name, language };
  if (client.info.language_info)
    metadata.language_info = client.info.language_info as { name: string } & Record<string, unknown>;
}

/** Throws only when the kernel cannot be started; what cells do wrong is in the reports. */
export async function executeNotebook(given: Notebook, options: ExecuteOptions): Promise<Executed> {
  const notebook = structuredClone(given);
  const code = notebook.cells.filter(isCode);
  const reports: CellReport[] = [];
  const book = new OutputBook();
  const stopped = whenAborted(options.signal);
  const client = await startKernel(options, stopped);
  let running = true;
  try {
    describeKernel(notebook, client);
    for (const [index, cell] of code.entries()) {
      const begun = performance.now();
      let ending: Ending = { status: running ? "skipped" : "unrun" };
      if (running && !unrunnable(cell)) {
        const outputs = book.open();
        cell.execution_count = null;
        cell.outputs = outputs.list;
        ending = await runCell(client, cell, outputs, { ...options, stopped });
        outputs.finish();
        if (ending.status === "error" && hasTag(cell, "raises-exception"))
          ending = { ...ending, status: "ok" };
        if (ending.status !== "ok") running = options.keepGoing === true && ending.status !== "stopped";
        if (client.kernel.exit) running = false;
      }
      const seconds = (performance.now() - begun) / 1000;
      const place = { number: index + 1, total: code.length, firstLine: firstLine(cell.source) };
      const report = { ...place, ...ending, seconds };
      reports.push(report);
      options.onCell?.(report);
    }
  } finally {
    await client.shutdown();
  }
  return { notebook, cells: reports };
}
