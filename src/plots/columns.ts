/** Rows as every picture takes them. Structural on purpose: plots know no experiment. */

export type Cell = number | string | boolean;
export type Row = Readonly<Record<string, Cell>>;

/** The unit of a pure number is "1", that of a name or a yes/no "". */
export interface Column {
  label: string;
  unit: string;
}
export type Columns = Readonly<Record<string, Column>>;

/** A wrong description of a picture: says which part and what to write instead. */
export class FigureError extends Error {
  override name = "FigureError";
}

/** @throws {FigureError} when the column is not described or some row lacks it: an axis without a unit is not drawn. */
export function column(columns: Columns, rows: readonly Row[], key: string): Column {
  const found = Object.hasOwn(columns, key) ? columns[key] : undefined;
  if (typeof found?.label !== "string" || typeof found.unit !== "string" || found.label === "")
    throw new FigureError(
      `column ${key} has no label and unit: add ${key}: { label: "…", unit: "…" } to columns (unit "1" for a pure number, "" for a name); described are: ${Object.keys(columns).join(", ") || "none"}`,
    );
  const hole = rows.findIndex((row) => row[key] === undefined);
  if (hole >= 0)
    throw new FigureError(
      `row ${hole} has no ${key}; it has ${Object.keys(rows[hole]!).join(", ") || "nothing"}`,
    );
  return found;
}

/** "cost (cycles)", or the bare label where there is no unit to give. */
export function axisTitle({ label, unit }: Column): string {
  return unit === "" || unit === "1" ? label : `${label} (${unit})`;
}

/** @throws {FigureError} when the column holds anything but finite numbers. */
export function requireNumbers(rows: readonly Row[], key: string): void {
  const index = rows.findIndex((row) => !Number.isFinite(row[key]));
  if (index >= 0) throw new FigureError(`row ${index}: ${key} is ${rows[index]![key]}, a number is needed`);
}

/** The different values of a column in the order of their first appearance. */
export function distinct(rows: readonly Row[], key: string): Cell[] {
  return [...new Set(rows.map((row) => row[key]!))];
}
