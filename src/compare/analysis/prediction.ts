/** prediction.json of a run folder: what the simulator said, before anything was measured, beside what was measured then. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CannotCompare } from "../errors.ts";
import type { Cell } from "./cells.ts";
import { compare, type Effect, type Refused } from "./effect.ts";
import type { Finding } from "./finding.ts";
import { measuresFor } from "./measures.ts";

const prediction = z.object({
  format: z.literal("ringlab-prediction-1"),
  /** ISO 8601, UTC. */
  made: z.string(),
  /** The target that all others are divided by. */
  base: z.string(),
  /** Of what was simulated, in a sentence. */
  about: z.string(),
  /** Events per CPU-second of the target over those of the base, in all cases of CPU work. */
  ratios: z.array(z.object({ target: z.string(), ratio: z.number().positive() })),
  /** Simulated events a second, the base's too: what the ratios are of, and what shows the law of operations. */
  rates: z
    .array(z.object({ target: z.string(), maxPrime: z.int().min(3), perSecond: z.number().positive() }))
    .optional(),
});

export type Prediction = z.infer<typeof prediction>;

/** Undefined where none was made. @throws {CannotCompare} when the file is none */
export function readPrediction(folder: string): Prediction | undefined {
  const file = join(folder, "prediction.json");
  if (!existsSync(file)) return undefined;
  try {
    return prediction.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new CannotCompare(`${file} is no prediction (${why}): make it again, or remove it`);
  }
}

/** By how much a predicted ratio may be off a measured one and still agree with it. */
export const AGREE = 0.25;

export interface Judged {
  target: string;
  scenario: string;
  case: string;
  predicted: number;
  measured: Effect | Refused;
  /** predicted / measured − 1; undefined where the comparison was refused. */
  error: number | undefined;
}

/** Every predicted ratio beside every case of CPU work that ran on both targets. */
export function judge(
  { base, ratios }: Prediction,
  cells: readonly Cell[],
  findings: readonly Finding[],
): Judged[] {
  const of = (name: string) =>
    cells.filter(({ target, case: one }) => target.name === name && one.workload.kind === "cpu");
  return ratios.flatMap(({ target, ratio }) =>
    of(target).flatMap((cell): Judged[] => {
      const against = of(base).find(
        (other) => other.scenario === cell.scenario && other.case.name === cell.case.name,
      );
      if (!against) return [];
      const measure = measuresFor(cell.case.workload, [cell, against])[0]!;
      const measured = compare({ cell, measure }, { cell: against, measure }, { findings, seed: 1 });
      const error = measured.kind === "effect" ? ratio / measured.ratio - 1 : undefined;
      return [
        { target, scenario: cell.scenario.name, case: cell.case.name, predicted: ratio, measured, error },
      ];
    }),
  );
}
