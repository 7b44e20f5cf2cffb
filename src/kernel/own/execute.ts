/**
 * One execute_request: check, run, publish.
 *
 *     code ──► checker ──► diagnostics ──────────────► error
 *                 │
 *                 └─► script ──► runner ──► outcome ──► execute_result or error
 *                                             └─► the checker's scope learns what the cell declared
 */
import type { CheckerClient } from "./checker/client.ts";
import type { RunnerHost } from "./runner/host.ts";
import type { Bundle, CellError, Outcome } from "./runner/messages.ts";
import { diagnosticLines, red } from "./traceback.ts";

export async function executeCell(
  code: string,
  name: string,
  checker: CheckerClient,
  runner: RunnerHost,
): Promise<Outcome> {
  const { interrupts } = runner;
  const checked = await checker.check(code);
  if (!checked.ok) return { ok: false, error: typeError(checked.diagnostics, name) };
  // While the code was checked the runner had nothing that it could interrupt.
  if (runner.interrupts !== interrupts) return { ok: false, error: interrupted() };
  const { modules, targets, ok: _, ...script } = checked;
  const { outcome, lost, died } = await runner.run({ name, script, modules, targets });
  await (died ? checker.reset() : checker.commit(lost));
  return outcome;
}

/** A `user_expressions` entry: runs like a cell and leaves nothing in the scope. */
export async function evaluateExpression(
  code: string,
  checker: CheckerClient,
  runner: RunnerHost,
): Promise<{ status: "ok"; data: Bundle; metadata: object } | ({ status: "error" } & CellError)> {
  const outcome = await executeCell(`(${code}\n)`, "Expression", checker, runner);
  if (!outcome.ok) return { status: "error", ...outcome.error };
  return { status: "ok", data: outcome.data ?? { "text/plain": "undefined" }, metadata: {} };
}

export function typeError(diagnostics: Parameters<typeof diagnosticLines>[0], name: string): CellError {
  const first = diagnostics[0];
  return {
    ename: "TypeScriptError",
    evalue: first ? `TS${first.code}: ${first.message}` : "",
    traceback: diagnosticLines(diagnostics, name),
  };
}

function interrupted(): CellError {
  const [ename, evalue] = ["KeyboardInterrupt", "the cell was interrupted"];
  return { ename, evalue, traceback: [`${red(ename)}: ${evalue}`] };
}

/** An error of the kernel itself, or of its checker: said in the cell, not in a log that nobody reads. */
export function internalError(error: unknown): CellError {
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  return { ename: "KernelError", evalue: message.split("\n", 1)[0] as string, traceback: stack.split("\n") };
}
