/**
 * A two-dimensional page walk as Bhargava and others drew it (ASPLOS 2008, figure 2): a row for each guest-physical address that must
 * be translated, a column for each level of the nested tables, and the guest's own entry at the end of its row. The references are
 * numbered in their order; with four levels on either side they are 24.
 *
 *     guest's PML4E is at …     1  2  3  4     5  the entry itself
 *     guest's PDPTE is at …     6  7  8  9    10
 *     …
 *     the page is at …         21 22 23 24
 */
import { type Frame, ink, type SvgPiece, steppedDiagram, svg } from "./diagram.ts";
import type { Figure } from "./figure.ts";
import { FILL, MONO } from "./theme.ts";

export interface NestedReference {
  /** Which guest-physical address is being translated: an index into `translated`. */
  readonly row: number;
  /** Level of the nested tables, the root's first; one past the last: the guest's own entry. */
  readonly column: number;
  readonly kind: "table" | "leaf" | "hole" | "reserved";
  /** Host-physical address of the entry. */
  readonly address: number;
  readonly low: number;
  readonly high: number;
}

export interface NestedWalk {
  readonly linear: readonly [low: number, high: number];
  /** The guest's levels, the root's first: "PML4E". */
  readonly guest: readonly string[];
  /** The nested levels, the root's first: "EPT PML4E". */
  readonly nested: readonly string[];
  /** Guest-physical addresses of the guest's entries in their order, then of the access: as far as the walk went. */
  readonly translated: readonly number[];
  /** In their order. */
  readonly references: readonly NestedReference[];
  /** Host-physical; undefined when the walk ends early. */
  readonly physical: number | undefined;
  /** "page", "page fault", "violation": what the processor reports. */
  readonly end: string;
}

/** Pixels. */
const LABEL = 140;
const CELL = { width: 126, height: 54, gap: 12 };
const ROW = CELL.height + 20;
const TOP = 26;
const FOOT = 24;
const MAP = { side: 18, step: 21, room: 24 };
const MARK = 10;

const hex = (value: number | bigint, digits = 8) => value.toString(16).padStart(digits, "0");
const wide = (low: number, high: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
const left = (column: number) => LABEL + column * (CELL.width + CELL.gap);

/** The walk of a linear address through both dimensions: `nestedWalk(machine.mmu.explainNested(address))`. */
export function nestedWalk(walk: NestedWalk): Figure {
  const { references, guest, nested } = walk;
  const rows = guest.length + 1;
  const width = left(nested.length + 1) - CELL.gap;
  const height = TOP + rows * ROW + FOOT;
  const end = `${references.length} references. ${endSentence(walk)}.`;
  const title = `Two-dimensional walk of ${hex(wide(...walk.linear), guest.length > 2 ? 16 : 8)}`;
  const all = Array.from({ length: rows }, (_, row) => [
    rowOf(walk, row, TOP + row * ROW, references.length),
    row < walk.translated.length - 1 && turn(walk, TOP + row * ROW),
  ]);
  return steppedDiagram(
    { title, alt: end, width, height },
    [
      ...heads(walk),
      svg`${all}`,
      svg`<text x="0" y="${height - 4}" font-size="12" fill="${ink.muted}">${end}</text>`,
    ],
    references.map((_, at) => frame(walk, at, width)),
  );
}

/** One reference: where it is in the whole, and its row as far as the walk has come. */
function frame(walk: NestedWalk, at: number, width: number): Frame {
  const { guest, nested, references } = walk;
  const reference = references[at] as NestedReference;
  const beside = (nested.length + 1) * MAP.step + MAP.room;
  const map = Array.from({ length: guest.length + 1 }, (_, row) =>
    Array.from({ length: nested.length + 1 }, (_unused, column) => {
      const reached = references.slice(0, at + 1).some((one) => one.row === row && one.column === column);
      const now = reference.row === row && reference.column === column;
      const fill = now ? colour(walk, reference) : reached ? FILL.quiet : "none";
      return svg`<rect x="${column * MAP.step}" y="${row * MAP.step}" width="${MAP.side}" height="${MAP.side}" rx="3" fill="${fill}" stroke="${ink.line}"/>`;
    }),
  );
  const row = svg`${heads(walk)}${rowOf(walk, reference.row, TOP, at + 1)}`;
  return {
    label: sentence(walk, reference),
    size: { width: beside + width, height: Math.max((guest.length + 1) * MAP.step, TOP + ROW) },
    pieces: [svg`${map}<g transform="translate(${beside} 0)">${row}</g>`],
  };
}

function heads({ nested }: NestedWalk): SvgPiece[] {
  return [...nested, "guest's entry"].map(
    (name, column) =>
      svg`<text x="${left(column) + CELL.width / 2}" y="14" font-size="12" text-anchor="middle" fill="${ink.muted}">${name}</text>`,
  );
}

function rowOf(walk: NestedWalk, row: number, y: number, reached: number): SvgPiece {
  const { references, translated, nested } = walk;
  const address = translated[row];
  const known = address !== undefined && references.some((one, at) => one.row === row && at < reached);
  const cells = Array.from({ length: nested.length + 1 }, (_, column) => {
    const at = references.findIndex((one) => one.row === row && one.column === column);
    return at >= 0 && at < reached ? cell(walk, at, y) : outline(walk, row, column, y);
  });
  return svg`<text x="0" y="${y + 20}" font-size="12">${rowName(walk, row)} is at</text>
    <text x="0" y="${y + 38}" font-size="12" font-family="${MONO}">${known ? hex(address) : "…"}</text>${cells}${
      row === walk.guest.length && reached === references.length && finish(walk, y)
    }`;
}

function cell(walk: NestedWalk, at: number, y: number): SvgPiece {
  const reference = walk.references[at] as NestedReference;
  const x = left(reference.column);
  const middle = x + CELL.width / 2;
  const raw = hex(wide(reference.low, reference.high), 16);
  return svg`<rect x="${x}" y="${y}" width="${CELL.width}" height="${CELL.height}" rx="4" fill="${colour(walk, reference)}"/>
    <text x="${x + MARK}" y="${y + 16}" font-size="12" font-weight="bold" fill="#FFFFFF">${at + 1}</text>
    <text x="${middle}" y="${y + 32}" font-size="11" text-anchor="middle" fill="#FFFFFF" font-family="${MONO}">${raw}</text>
    <text x="${middle}" y="${y + 47}" font-size="11" text-anchor="middle" fill="#FFFFFF">at ${hex(reference.address)}</text>`;
}

/** A place that the walk has not come to, or never will. */
function outline({ guest, nested }: NestedWalk, row: number, column: number, y: number): SvgPiece {
  const beyond = row === guest.length && column === nested.length;
  return beyond
    ? svg``
    : svg`<rect x="${left(column)}" y="${y}" width="${CELL.width}" height="${CELL.height}" rx="4" fill="none" stroke="${ink.line}"/>`;
}

function finish({ nested, physical, end }: NestedWalk, y: number): SvgPiece {
  const x = left(nested.length);
  const bold = physical === undefined ? FILL.vermillion : FILL.green;
  return svg`<rect x="${x}" y="${y}" width="${CELL.width}" height="${CELL.height}" rx="4" fill="none" stroke="${bold}" stroke-width="2"/>
    <text x="${x + CELL.width / 2}" y="${y + 22}" font-size="12" text-anchor="middle">${physical === undefined ? end : "host-physical"}</text>
    <text x="${x + CELL.width / 2}" y="${y + 40}" font-size="12" text-anchor="middle" font-family="${MONO}">${physical === undefined ? "" : hex(physical)}</text>`;
}

/** From the guest's entry back to the beginning of the next row. */
function turn({ nested }: NestedWalk, y: number): SvgPiece {
  const from = left(nested.length) + CELL.width / 2;
  const to = LABEL / 2;
  const way = y + CELL.height + 9;
  return svg`<path d="M${from} ${y + CELL.height}V${way}H${to}V${way + 10}M${to - 4} ${way + 5}L${to} ${way + 11}L${to + 4} ${way + 5}" fill="none" stroke="${ink.muted}" stroke-width="1.5"/>`;
}

/** Nested tables blue, the host's pages that they find green, the guest's own entries purple, vermillion what stops the walk. */
function colour({ nested }: NestedWalk, { kind, column }: NestedReference): string {
  if (kind === "hole" || kind === "reserved") return FILL.vermillion;
  if (column === nested.length) return FILL.purple;
  return kind === "leaf" ? FILL.green : FILL.blue;
}

function rowName({ guest }: NestedWalk, row: number): string {
  return row < guest.length ? `guest's ${guest[row]}` : "the page";
}

function sentence(walk: NestedWalk, { row, column, kind, address, low, high }: NestedReference): string {
  const { nested, guest, translated } = walk;
  const raw = hex(wide(low, high), 16);
  const own = column === nested.length;
  const what = own ? `guest's ${guest[row]}` : nested[column];
  const means = {
    table: own ? "says where the guest's next table is" : "leads to the next nested table",
    leaf: own ? "is the guest's page" : `is the host's page of ${hex(translated[row] as number)}`,
    hole: "is not present",
    reserved: "is misconfigured",
  }[kind];
  return `${what} at ${hex(address)} holds ${raw} and ${means}`;
}

function endSentence({ physical, end }: NestedWalk): string {
  return physical === undefined ? `It ends in a ${end}` : `Host-physical address ${hex(physical)}`;
}
