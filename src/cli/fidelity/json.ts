/** Published figures and ours as JSON: a list of rows. */
import { orderOf, type Row } from "../../fidelity/index.ts";
import type { Listed } from "./show.ts";

export function asJson(papers: readonly Listed[]): string {
  const rows = papers.flatMap(({ paper, rows }) =>
    rows.map(({ row, judgement }) => ({
      id: row.id,
      paper: paper.citation,
      place: row.place,
      what: row.what,
      published: publishedOf(row),
      ...("unit" in row && { unit: row.unit }),
      ...("tolerance" in row && { tolerance: row.tolerance }),
      verified: row.verified,
      basis: row.basis,
      ...(row.note !== undefined && { note: row.note }),
      ...judgement,
    })),
  );
  return JSON.stringify(rows, null, 2);
}

const publishedOf = (row: Row): number | string => (row.kind === "order" ? orderOf(row) : row.published);
