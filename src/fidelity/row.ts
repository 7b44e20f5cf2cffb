/** A published figure and where ours comes from: data, one file a paper in papers/. */
import type { Value } from "../experiments/index.ts";

export interface Paper {
  /** What its rows' ids begin with: "aa06". */
  readonly id: string;
  /** Authors, title, place, year. */
  readonly citation: string;
  /** The machine that was measured, and what of it our model leaves out. */
  readonly setup: string;
  readonly rows: readonly Row[];
}

/** How far somebody went to see the published value. */
export interface Verified {
  /** The paper's own text or table; a quotation of it; somebody's summary; recalled and not looked up. */
  readonly level: "primary" | "quoted" | "secondary" | "memory";
  /** That the value is right, 0 … 1, where it was not read in the paper. */
  readonly confidence?: number;
  readonly source: string;
}

/** One number out of the rows of an experiment at one point, or made of two such numbers. */
export type Reading =
  | {
      readonly experiment: string;
      /** The point; parameters that are not named keep their defaults, which must then be single values. */
      readonly settings: Readonly<Record<string, Value>>;
      /** Which rows: those with these values. */
      readonly where?: Readonly<Record<string, Value>>;
      /** The column that holds the number, in exactly one row; or the column whose different values are counted. */
      readonly column: string;
      readonly take?: "value" | "distinct";
    }
  | { readonly ratio: readonly [Reading, Reading] }
  | { readonly difference: readonly [Reading, Reading] };

/**
 * What the agreement is worth: nothing where a price was set by this very figure ("fitted") or where it is one of the prices
 * ("input"); something where nobody turned any price for it ("prediction").
 */
export type Basis = "fitted" | "prediction" | "input";

interface Common {
  /** Begins with the paper's id. */
  readonly id: string;
  /** Section, table or figure. */
  readonly place: string;
  readonly what: string;
  readonly verified: Verified;
  readonly basis: Basis;
  /** What a reader must know to judge the comparison. */
  readonly note?: string;
}

/** A number. */
export interface Figure extends Common {
  readonly kind: "figure";
  readonly published: number;
  /** "cycles", "×". */
  readonly unit: string;
  /** Relative: 0.25 is a quarter more or less. Absolute: in the unit. */
  readonly tolerance: { readonly relative: number } | { readonly absolute: number };
  readonly ours: Reading;
}

/** An order that must hold strictly. */
export interface Order extends Common {
  readonly kind: "order";
  /** The least first, with the names under which they are printed. */
  readonly ascending: readonly { readonly label: string; readonly ours: Reading }[];
  readonly unit: string;
}

/** A published figure that nothing here can run. */
export interface Absent extends Common {
  readonly kind: "absent";
  /** As printed in the paper. */
  readonly published: string;
  readonly because: string;
}

export type Row = Figure | Order | Absent;

/** The published side in words: "3,209 cycles", "1.8 ×"; an order is said by `what`. */
export function published(row: Row): string {
  if (row.kind === "absent") return row.published;
  if (row.kind === "order") return "";
  const named = row.published === 1 ? row.unit.replace(/s$/, "") : row.unit;
  const [digits, unit] = row.unit === "×" ? [3, " ×"] : [5, named && ` ${named}`];
  return `${row.published.toLocaleString("en", { maximumSignificantDigits: digits })}${unit}`;
}

/** "native < bt < vtx". */
export const orderOf = ({ ascending }: Order): string => ascending.map(({ label }) => label).join(" < ");
