/** What the sections of a report are written from. */
import type { Figure } from "../../plots/index.ts";
import { type Cell, cellsOf } from "../analysis/cells.ts";
import { findingsOf } from "../analysis/checks/index.ts";
import { compare, type Effect, type Refused, type Side } from "../analysis/effect.ts";
import type { Finding } from "../analysis/finding.ts";
import type { Prediction } from "../analysis/prediction.ts";
import type { Run } from "../analysis/read.ts";
import type { Case, Scenario } from "../record.ts";

export interface Context {
  run: Run;
  cells: readonly Cell[];
  findings: readonly Finding[];
  prediction: Prediction | undefined;
  /** What lies in the run folder, relative to it: raw/…, environment/… */
  files: readonly string[];
  /** Adds a picture to the report and gives the Markdown that shows it. */
  show(name: string, figure: Figure): string;
  compare(other: Side, base: Side): Effect | Refused;
}

export interface Section {
  title: string;
  /** Markdown without the heading; undefined leaves the section out. */
  write(context: Context): string | undefined;
}

/** @param figures filled while sections are written */
export function contextOf(
  run: Run,
  extras: { prediction?: Prediction | undefined; files?: readonly string[] },
  figures: Map<string, Figure>,
): Context {
  const findings = findingsOf(run);
  return {
    run,
    cells: cellsOf(run),
    findings,
    prediction: extras.prediction,
    files: extras.files ?? [],
    show(name, figure) {
      const path = `report/${name}.svg`;
      figures.set(path, figure);
      return `![${figure.title.replace(/[[\]\\]/g, "")}](${path})`;
    },
    compare: (other, base) => compare(other, base, { findings, seed: run.facts.seed }),
  };
}

export interface Place {
  scenario: Scenario;
  case: Case;
  /** One a target, in the order of targets. */
  cells: readonly Cell[];
}

/** Cells side by side: every scenario and case, over all targets. */
export const placesOf = ({ run, cells }: Pick<Context, "run" | "cells">): Place[] =>
  run.facts.scenarios.flatMap((scenario) =>
    scenario.cases.map((one) => ({
      scenario,
      case: one,
      cells: cells.filter((cell) => cell.scenario === scenario && cell.case === one),
    })),
  );
