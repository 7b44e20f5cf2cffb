/** Prints a stretch of a run instruction by instruction, on standard error or into a file. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Stop } from "../../machine/cpu/cpu.ts";
import { formatStep, step } from "../../machine/debug/step.ts";
import type { Machine } from "../../machine/machine.ts";
import { UserError } from "../errors.ts";
import type { BootCommandOptions } from "./options.ts";
import { parseCount } from "./quantity.ts";

export class Tracer {
  readonly #from: number;
  readonly #to: number;
  readonly #file: number | undefined;

  /** @param file where it is written; standard error when there is none */
  constructor(from: number, to: number, file?: number) {
    this.#from = from;
    this.#to = to;
    this.#file = file;
  }

  due(now: number): boolean {
    return now >= this.#from && now < this.#to;
  }

  /** Steps from now to where tracing begins or ends next. */
  until(now: number): number {
    const next = now < this.#from ? this.#from : this.#to;
    return next > now ? next - now : Number.POSITIVE_INFINITY;
  }

  run(machine: Machine, steps: number): Stop {
    let lines = "";
    let stop: Stop = { reason: "limit" };
    for (let i = 0; i < steps && stop.reason === "limit"; i++) {
      const one = step(machine);
      lines += `${formatStep(one)}\n`;
      stop = one.stop ?? stop;
    }
    if (this.#file === undefined) process.stderr.write(lines);
    else writeSync(this.#file, lines);
    return stop;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

/** What --trace, --trace-to, --trace-from and --trace-steps ask for. */
export function tracerOf({ trace, traceTo, traceFrom, traceSteps }: BootCommandOptions): Tracer | undefined {
  const asked = traceTo !== undefined || traceFrom !== undefined || traceSteps !== undefined;
  if (!trace && !asked) return undefined;
  const from = traceFrom === undefined ? 0 : parseCount(traceFrom, "--trace-from");
  const steps = traceSteps === undefined ? Number.POSITIVE_INFINITY : parseCount(traceSteps, "--trace-steps");
  return new Tracer(from, from + steps, traceTo === undefined ? undefined : open(traceTo));
}

function open(file: string): number {
  try {
    return openSync(file, "w");
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${(error as Error).message}`);
  }
}
