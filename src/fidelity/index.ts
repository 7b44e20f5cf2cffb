/** Every published claim beside ours. */
import { suggestion } from "../experiments/index.ts";
import { type Judgement, judge } from "./judge.ts";
import { Measurements, type Runner } from "./measure.ts";
import { adamsAgesen2006 } from "./papers/adams-agesen-2006.ts";
import { agesen2012 } from "./papers/agesen-2012.ts";
import { amit2011 } from "./papers/amit-2011.ts";
import { amitWei2017 } from "./papers/amit-wei-2017.ts";
import { barham2003 } from "./papers/barham-2003.ts";
import { bellard2005 } from "./papers/bellard-2005.ts";
import { bhargava2008 } from "./papers/bhargava-2008.ts";
import { dall2016 } from "./papers/dall-2016.ts";
import { gordon2012 } from "./papers/gordon-2012.ts";
import { homework } from "./papers/homework.ts";
import { lagkasNikolos2026 } from "./papers/lagkas-nikolos-2026.ts";
import { li2015 } from "./papers/li-2015.ts";
import { lkmlPvops2009 } from "./papers/lkml-pvops-2009.ts";
import { menon2006 } from "./papers/menon-2006.ts";
import { robinIrvine2000 } from "./papers/robin-irvine-2000.ts";
import { santos2008 } from "./papers/santos-2008.ts";
import { vmware2009 } from "./papers/vmware-2009.ts";
import { waldspurger2002 } from "./papers/waldspurger-2002.ts";
import type { Paper, Row } from "./row.ts";

export type { Judgement } from "./judge.ts";
export type { Runner } from "./measure.ts";
export {
  type Absent,
  type Basis,
  type Figure,
  type Order,
  orderOf,
  type Paper,
  published,
  type Reading,
  type Row,
  type Verified,
} from "./row.ts";

/** In the order of their years. */
export const PAPERS: readonly Paper[] = [
  robinIrvine2000,
  waldspurger2002,
  barham2003,
  bellard2005,
  adamsAgesen2006,
  menon2006,
  bhargava2008,
  santos2008,
  vmware2009,
  lkmlPvops2009,
  amit2011,
  gordon2012,
  agesen2012,
  dall2016,
  li2015,
  amitWei2017,
  homework,
  lagkasNikolos2026,
];

/** There is no row of that id. */
export class UnknownRow extends Error {
  override name = "UnknownRow";
}

/**
 * The papers with those of their rows that are asked for; all when nothing is. An id names a row, or by its beginning all rows of a
 * paper or of a benchmark: "aa06", "aa06-in".
 * @throws {UnknownRow} for an id that names none
 */
export function choose(ids: readonly string[]): Paper[] {
  const all = PAPERS.flatMap(({ rows }) => rows);
  const named = (id: string, row: Row) => row.id === id || row.id.startsWith(`${id}-`);
  for (const id of ids)
    if (!all.some((row) => named(id, row)))
      throw new UnknownRow(
        `there is no row ${id}; ${suggestion(id, [...PAPERS.map((paper) => paper.id), ...all.map((row) => row.id)])}`,
      );
  if (ids.length === 0) return [...PAPERS];
  return PAPERS.map((paper) => ({
    ...paper,
    rows: paper.rows.filter((row) => ids.some((id) => named(id, row))),
  })).filter(({ rows }) => rows.length > 0);
}

export interface Judged {
  readonly row: Row;
  readonly judgement: Judgement;
}

export interface Compared {
  readonly paper: Paper;
  readonly rows: readonly Judged[];
}

export interface Progress {
  /** Called once, with the number of points that are to be run. */
  begin(points: number): void;
  /** Called after each. */
  tick(): void;
}

/** Runs what the rows need, each point once, and judges them. */
export async function compare(
  papers: readonly Paper[],
  run: Runner,
  { begin, tick }: Progress = { begin() {}, tick() {} },
): Promise<Compared[]> {
  const measurements = new Measurements(run);
  begin(
    measurements.prepare(
      papers.flatMap(({ rows }) => rows),
      tick,
    ),
  );
  const compared: Compared[] = [];
  for (const paper of papers) {
    const rows: Judged[] = [];
    for (const row of paper.rows) rows.push({ row, judgement: await judge(row, measurements) });
    compared.push({ paper, rows });
  }
  return compared;
}
