/** The action of `ringlab compare effect`: one cell against another, or the reasons why not. */
import { resolve } from "node:path";
import {
  CannotCompare,
  type Cell,
  cellsOf,
  compare,
  findingsOf,
  MEASURES,
  type Measure,
  measuresFor,
  type Run,
  readRun,
} from "../../compare/index.ts";
import { UserError } from "../errors.ts";

export interface EffectOptions {
  measure?: string;
}

/** Its exit code is 1 when the comparison is refused. */
export function effect(folder: string, other: string, base: string, { measure }: EffectOptions): void {
  const run = runOf(folder);
  const [above, below] = [other, base].map((place) => {
    const cell = cellOf(run, place);
    return { cell, measure: measureOf(measure, cell) };
  }) as [{ cell: Cell; measure: Measure }, { cell: Cell; measure: Measure }];
  const found = compare(above, below, { findings: findingsOf(run), seed: run.facts.seed });
  if (found.kind === "effect") console.log(found.statement);
  else throw new UserError(`refused to compare:\n${found.reasons.map((reason) => `  ${reason}`).join("\n")}`);
}

function runOf(folder: string): Run {
  try {
    return readRun(resolve(folder));
  } catch (error) {
    if (error instanceof CannotCompare) throw new UserError(error.message);
    throw error;
  }
}

function cellOf(run: Run, place: string): Cell {
  const cells = cellsOf(run);
  const nameOf = ({ target, scenario, case: one }: Cell) => [target.name, scenario.name, one.name].join(",");
  const cell = cells.find((one) => nameOf(one) === place);
  if (cell) return cell;
  throw new UserError(
    `${place} is no target,scenario,case that could run here; there are:\n${cells.map((one) => `  ${nameOf(one)}`).join("\n")}`,
  );
}

/** The first of the measures that speak for the cell's work, unless one is named. */
function measureOf(name: string | undefined, cell: Cell): Measure {
  if (name === undefined) return measuresFor(cell.case.workload, [cell])[0]!;
  if (Object.hasOwn(MEASURES, name)) return MEASURES[name as keyof typeof MEASURES];
  throw new UserError(`--measure: there is no ${name}; there are ${Object.keys(MEASURES).join(", ")}`);
}
