/** Our figure beside the published one, and whether it is near enough. */
import { type Measurements, Unreadable } from "./measure.ts";
import type { Figure, Order, Row } from "./row.ts";

export type Judgement =
  /** Within the tolerance, in the order that was published; or not. */
  | { readonly verdict: "ok" | "out"; readonly ours: readonly number[]; readonly ratio?: number }
  | { readonly verdict: "not runnable"; readonly because: string }
  /** It should have run. */
  | { readonly verdict: "failed"; readonly because: string };

export function within(
  { published, tolerance }: Pick<Figure, "published" | "tolerance">,
  ours: number,
): boolean {
  const most = "relative" in tolerance ? Math.abs(published) * tolerance.relative : tolerance.absolute;
  return Math.abs(ours - published) <= most;
}

/** Each greater than the one before it. */
export const ascends = (values: readonly number[]): boolean =>
  values.every((value, at) => at === 0 || value > values[at - 1]!);

export async function judge(row: Row, measurements: Measurements): Promise<Judgement> {
  if (row.kind === "absent") return { verdict: "not runnable", because: row.because };
  try {
    return row.kind === "figure" ? await judgeFigure(row, measurements) : await judgeOrder(row, measurements);
  } catch (error) {
    if (error instanceof Unreadable) return { verdict: "not runnable", because: error.message };
    return { verdict: "failed", because: error instanceof Error ? error.message : String(error) };
  }
}

async function judgeFigure(row: Figure, measurements: Measurements): Promise<Judgement> {
  const ours = await measurements.read(row.ours);
  return { verdict: within(row, ours) ? "ok" : "out", ours: [ours], ratio: ours / row.published };
}

async function judgeOrder({ ascending }: Order, measurements: Measurements): Promise<Judgement> {
  const ours: number[] = [];
  for (const each of ascending) ours.push(await measurements.read(each.ours));
  return { verdict: ascends(ours) ? "ok" : "out", ours };
}
