/** A prediction that a student types before the measurement: kept as it was typed, drawn beside what was measured. */
import { escapeXml } from "../plots/card.ts";
import { display } from "../plots/display.ts";
import { html } from "../plots/markup.ts";

/** A point of a curve: where, and what is expected there. */
export type Point = readonly [x: number, y: number];

export interface Axes {
  /** What is varied and what is predicted, as the plot names them, with units. */
  x: string;
  y: string;
  /** Where the truth must lie, both ends included. Catches a percentage typed as a fraction. */
  range: readonly [low: number, high: number];
}

/** The first answers after which a measurement was looked at, by question, as long as the kernel lives. */
const sealed = new Map<string, readonly Point[]>();

export class Prediction {
  readonly question: string;
  readonly points: readonly Point[];

  constructor(question: string, points: readonly Point[]) {
    this.question = question;
    this.points = points;
  }

  /** False as long as nothing was typed. */
  get made(): boolean {
    return this.points.length > 0;
  }

  /**
   * The predicted points as rows for a plot, each with the other columns of `rest`. From here on the prediction is
   * sealed: asking the same question again keeps this answer.
   */
  rows<R extends object>(x: string, y: string, rest: R): (R & Record<string, number | string>)[] {
    if (this.made && !sealed.has(this.question)) sealed.set(this.question, this.points);
    return this.points.map(([at, expected]) => ({ ...rest, [x]: at, [y]: expected }));
  }

  /**
   * The point farthest from what was measured, in a sentence.
   * @param x what is varied, as the sentence names it
   * @param measured undefined where nothing was measured
   */
  surprise(x: string, measured: (at: number) => number | undefined): string {
    const misses = this.points.flatMap(([at, predicted]) => {
      const found = measured(at);
      return found === undefined ? [] : [{ at, predicted, found, by: Math.abs(predicted - found) }];
    });
    const worst = misses.toSorted((one, other) => other.by - one.by)[0];
    if (!worst) return `${this.question}: no prediction to compare with.`;
    const found = Number(worst.found.toPrecision(3));
    return `${this.question}: farthest off at ${x} ${worst.at}. You predicted ${worst.predicted}, measured was ${found}.`;
  }
}

/**
 * Records a curve: one [x, y] for each point that the student dares to predict, none for "not yet".
 * A bad point is said in the cell and leaves the prediction open; nothing is thrown.
 */
export function predict(question: string, answer: readonly Point[], axes: Axes): Prediction {
  const first = sealed.get(question);
  const wrong = answer.map((point) => complaint(point, axes)).find((text) => text !== undefined);
  const points = first ?? (wrong === undefined ? answer.toSorted(([a], [b]) => a - b) : []);
  say(question, points, status(points, wrong, first, answer), axes);
  return new Prediction(question, points);
}

function complaint([x, y]: Point, axes: Axes): string | undefined {
  const [low, high] = axes.range;
  if (!Number.isFinite(x) || !Number.isFinite(y)) return `[${x}, ${y}] is not a pair of numbers.`;
  if (y < low || y > high) return `${axes.y} lies between ${low} and ${high}; you typed ${y}.`;
  return undefined;
}

function status(
  points: readonly Point[],
  wrong: string | undefined,
  first: readonly Point[] | undefined,
  answer: readonly Point[],
): string {
  if (first && JSON.stringify(first) !== JSON.stringify(answer.toSorted(([a], [b]) => a - b)))
    return "You have seen the measurement, so your first answer stands.";
  if (wrong !== undefined) return `Not recorded: ${wrong}`;
  if (points.length === 0) return "No prediction yet. Type one and run this cell before you go on.";
  return "Recorded.";
}

function say(question: string, points: readonly Point[], status: string, { x, y }: Axes): void {
  const list = points.map((point) => point.join(" → ")).join(",  ");
  const values = list && `${x} → ${y}:  ${list}`;
  const source = [
    `<b>${escapeXml(question)}</b><br>${escapeXml(status)}`,
    ...(values
      ? [`<span style="font-family:monospace;white-space:pre-wrap">${escapeXml(values)}</span>`]
      : []),
  ].join("<br>");
  display(
    html(`<div>${source}</div>`, [question, `  ${status}`, ...(values ? [`  ${values}`] : [])].join("\n")),
  );
}
