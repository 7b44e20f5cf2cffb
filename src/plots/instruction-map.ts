/** All instructions of a processor at once, by what becomes of them below a monitor: most are the same, some trap, a few lie. */
import { FigureError } from "./columns.ts";
import type { Figure } from "./figure.ts";
import { flow, PILL, type Pill } from "./pills.ts";
import { FILL, MONO } from "./theme.ts";
import { vegaLite } from "./vega.ts";

/** One instruction in one ring. */
export interface InstructionRow {
  /** The ring that the guest's kernel was in. */
  ring: number;
  mnemonic: string;
  /** "differs" (and does not trap), "traps" or "same". */
  outcome: string;
  /** What an instruction that differs gives away: a key of LEAKS. */
  leak: string;
  /** It is on the list that everybody cites. */
  published: boolean;
  /** One run, in words. */
  evidence: string;
}

const KINDS = {
  listed: { label: "differs without a trap", color: FILL.vermillion },
  unlisted: { label: "the same, but not on the published list", color: FILL.purple },
  traps: { label: "traps: the monitor hears of it", color: FILL.blue },
  same: { label: "same in every ring", color: FILL.quiet },
} as const;

/** The groups from top to bottom. */
const GROUPS: readonly (readonly [title: string, of: (row: InstructionRow) => boolean])[] = [
  ["shows where interrupt and segment tables are", ({ leak }) => leak === "tables"],
  ["shows status bits", ({ leak }) => leak === "status"],
  ["shows the ring, or goes by it", ({ leak }) => leak === "protection"],
  ["fails silently", ({ leak }) => leak === "silence"],
  ["shows time or devices", ({ leak }) => leak === "resources"],
  ["traps", ({ outcome }) => outcome === "traps"],
  ["same", ({ outcome }) => outcome === "same"],
];

/** Pixels. */
const WIDTH = 700;
const HEADING = 18;

/** @throws {FigureError} when there is no row */
export function instructionMap(rows: readonly InstructionRow[]): Figure {
  const rings = [...new Set(rows.map(({ ring }) => ring))];
  if (rings.length === 0) throw new FigureError("the instruction map has no instructions to show");
  const title = "Most instructions do not care. Some trap. A few lie";
  const groups = rings.map((ring) => rows.filter((row) => row.ring === ring));
  const spec = {
    title: {
      text: title,
      subtitle: "Every instruction, run by a kernel in ring 0 and by the same kernel below a monitor.",
    },
    columns: 1,
    bounds: "flush",
    spacing: 64,
    concat: groups.map(panel),
  };
  return vegaLite(spec, { title, alt: groups.map(sentence).join(" ") });
}

function kindOf({ outcome, published }: InstructionRow): keyof typeof KINDS {
  if (outcome === "differs") return published ? "listed" : "unlisted";
  return outcome === "traps" ? "traps" : "same";
}

function count(rows: readonly InstructionRow[]): string {
  const number = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  return `${rows.length} instructions: ${number("same")} behave the same, ${number("traps")} trap, ${number("differs")} do neither.`;
}

function sentence(rows: readonly InstructionRow[]): string {
  const names = rows.filter(({ outcome }) => outcome === "differs").map(({ mnemonic }) => mnemonic);
  return `Ring ${rows[0]!.ring}: ${count(rows)}${names.length > 0 ? ` These are ${names.join(", ")}.` : ""}`;
}

function panel(rows: readonly InstructionRow[]): object {
  const headings: { title: string; top: number }[] = [];
  const pills: Pill<InstructionRow>[] = [];
  let y = 0;
  for (const [title, of] of GROUPS) {
    const group = rows.filter(of);
    if (group.length === 0) continue;
    headings.push({ title: `${title}: ${group.length}`, top: y + HEADING / 2 });
    const laid = flow(
      group,
      { x: -PILL.margin, y: y + HEADING - PILL.margin / 2, width: WIDTH },
      (row) => row.mnemonic.length,
    );
    pills.push(...laid.pills);
    y += HEADING + laid.height;
  }
  return {
    title: { text: `The kernel in ring ${rows[0]!.ring}`, subtitle: count(rows), fontSize: 13, offset: 8 },
    width: WIDTH - 2 * PILL.margin,
    height: y,
    view: { stroke: null },
    layer: [headingMarks(headings, y), pillMarks(pills, y)],
  };
}

/** Pixels of the panel. */
function scales(height: number): { x: object; y: object } {
  const plain = { type: "quantitative", axis: null };
  return {
    x: { ...plain, scale: { domain: [0, WIDTH - 2 * PILL.margin], nice: false, zero: false } },
    y: { ...plain, scale: { domain: [0, height], nice: false, zero: false, reverse: true } },
  };
}

function headingMarks(values: readonly object[], height: number): object {
  const { x, y } = scales(height);
  return {
    data: { values },
    mark: {
      type: "text",
      align: "left",
      baseline: "middle",
      fontSize: 11,
      tooltip: null,
      style: "guide-label",
    },
    encoding: { x: { ...x, datum: 0 }, y: { ...y, field: "top" }, text: { field: "title" } },
  };
}

function pillMarks(pills: readonly Pill<InstructionRow>[], height: number): object {
  const { x, y } = scales(height);
  const kinds = Object.values(KINDS);
  const values = pills.map(({ item, left, right, top }) => ({
    mnemonic: item.mnemonic,
    evidence: item.evidence,
    kind: KINDS[kindOf(item)].label,
    ...{ left, right, top, bottom: top + PILL.height },
    ...{ middle: (left + right) / 2, center: top + PILL.height / 2 + 0.5 },
  }));
  const color = {
    field: "kind",
    type: "nominal",
    title: null,
    scale: { domain: kinds.map(({ label }) => label), range: kinds.map((kind) => kind.color) },
  };
  const tooltip = [
    { field: "mnemonic", title: "instruction", type: "nominal" },
    { field: "kind", title: "below the monitor", type: "nominal" },
    { field: "evidence", title: "for example", type: "nominal" },
  ];
  return {
    data: { values },
    layer: [
      {
        mark: { type: "rect", cornerRadius: PILL.height / 2, opacity: 1 },
        encoding: {
          ...{ x: { ...x, field: "left" }, x2: { field: "right" } },
          ...{ y: { ...y, field: "top" }, y2: { field: "bottom" } },
          ...{ color, tooltip },
        },
      },
      {
        mark: { type: "text", font: MONO, color: "#FFFFFF", baseline: "middle", fontSize: 11, tooltip: null },
        encoding: { x: { ...x, field: "middle" }, y: { ...y, field: "center" }, text: { field: "mnemonic" } },
      },
    ],
  };
}
