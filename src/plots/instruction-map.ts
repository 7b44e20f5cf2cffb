/** All instructions of a processor at once, by what becomes of them below a monitor: most are the same, some trap, a few lie. */
import { FigureError } from "./columns.ts";
import type { Figure } from "./figure.ts";
import { flow, PILL } from "./pills.ts";
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

/** The groups from top to bottom, and those of a map without names. */
const NAMELESS: typeof GROUPS = [
  ["do neither", ({ outcome }) => outcome === "differs"],
  ["trap", ({ outcome }) => outcome === "traps"],
  ["behave the same", ({ outcome }) => outcome === "same"],
];
const GROUPS: readonly (readonly [title: string, of: (row: InstructionRow) => boolean])[] = [
  ["shows where interrupt and segment tables are", ({ leak }) => leak === "tables"],
  ["shows status bits", ({ leak }) => leak === "status"],
  ["shows the ring, or goes by it", ({ leak }) => leak === "protection"],
  ["fails silently", ({ leak }) => leak === "silence"],
  ["shows time or devices", ({ leak }) => leak === "resources"],
  ["traps", ({ outcome }) => outcome === "traps"],
  ["same", ({ outcome }) => outcome === "same"],
];

/** Pixels. What behaves the same is not named: each is a small tile. */
const WIDTH = 760;
const HEADING = 18;
const TILE = { width: 11, height: 9, gap: 3 };

/**
 * @param options.names without them every instruction is a tile, and nothing tells which is which
 * @throws {FigureError} when there is no row
 */
export function instructionMap(rows: readonly InstructionRow[], { names = true } = {}): Figure {
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
    concat: groups.map((group) => panel(group, names)),
  };
  return vegaLite(spec, { title, alt: groups.map((group) => sentence(group, names)).join(" ") });
}

function kindOf({ outcome, published }: InstructionRow): keyof typeof KINDS {
  if (outcome === "differs") return published ? "listed" : "unlisted";
  return outcome === "traps" ? "traps" : "same";
}

function count(rows: readonly InstructionRow[]): string {
  const number = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  return `${rows.length} instructions: ${number("same")} behave the same, ${number("traps")} trap, ${number("differs")} do neither.`;
}

function sentence(rows: readonly InstructionRow[], names: boolean): string {
  const found = rows.filter(({ outcome }) => outcome === "differs").map(({ mnemonic }) => mnemonic);
  const these = names && found.length > 0 ? ` These are ${found.join(", ")}.` : "";
  return `Ring ${rows[0]!.ring}: ${count(rows)}${these}`;
}

/** One instruction's mark, in pixels of the panel. */
interface Mark {
  row: InstructionRow;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The marks of a group below `y`, and where they end. */
function pills(group: readonly InstructionRow[], y: number): { marks: Mark[]; end: number } {
  const place = { x: -PILL.margin, y: y - PILL.margin, width: WIDTH };
  const { pills: laid, height } = flow(group, place, (row) => row.mnemonic.length);
  const marks = laid.map(({ item, left, right, top }) => ({
    row: item,
    left,
    right,
    top,
    bottom: top + PILL.height,
  }));
  return { marks, end: y + height - PILL.margin };
}

function tiles(group: readonly InstructionRow[], y: number): { marks: Mark[]; end: number } {
  const [across, down] = [TILE.width + TILE.gap, TILE.height + TILE.gap];
  const columns = Math.floor((WIDTH - 2 * PILL.margin) / across);
  const marks = group.map((row, n) => {
    const left = (n % columns) * across;
    const top = y + Math.floor(n / columns) * down;
    return { row, left, right: left + TILE.width, top, bottom: top + TILE.height };
  });
  return { marks, end: y + Math.ceil(group.length / columns) * down };
}

function panel(rows: readonly InstructionRow[], names: boolean): object {
  const headings: { title: string; top: number }[] = [];
  const marks: Mark[] = [];
  let y = 0;
  for (const [title, of] of names ? GROUPS : NAMELESS) {
    const group = rows.filter(of).sort((a, b) => Number(b.published) - Number(a.published));
    if (group.length === 0) continue;
    headings.push({ title: `${title}: ${group.length}`, top: y + HEADING / 2 });
    const lay = names && group[0]!.outcome !== "same" ? pills : tiles;
    const laid = lay(group, y + HEADING + 2);
    marks.push(...laid.marks);
    y = laid.end;
  }
  return {
    title: { text: `The kernel in ring ${rows[0]!.ring}`, subtitle: count(rows), fontSize: 13, offset: 8 },
    width: WIDTH - 2 * PILL.margin,
    height: y,
    view: { stroke: null },
    layer: [headingMarks(headings, y), ...instructionMarks(marks, y, names)],
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

function instructionMarks(marks: readonly Mark[], height: number, names: boolean): object[] {
  const { x, y } = scales(height);
  const kindOfMark = ({ row }: Mark) => (names || kindOf(row) !== "unlisted" ? kindOf(row) : "listed");
  const kinds = Object.values(KINDS).filter(({ label }) => names || label !== KINDS.unlisted.label);
  const values = marks.map((mark) => ({
    ...(names && { mnemonic: mark.row.mnemonic, evidence: mark.row.evidence }),
    kind: KINDS[kindOfMark(mark)].label,
    ...{ left: mark.left, right: mark.right, top: mark.top, bottom: mark.bottom },
  }));
  const color = {
    field: "kind",
    type: "nominal",
    title: null,
    legend: { offset: 22 },
    scale: { domain: kinds.map(({ label }) => label), range: kinds.map(({ color }) => color) },
  };
  const tooltip = [
    { field: "mnemonic", title: "instruction", type: "nominal" },
    { field: "kind", title: "below the monitor", type: "nominal" },
    { field: "evidence", title: "for example", type: "nominal" },
  ];
  const shapes = {
    data: { values },
    mark: { type: "rect", cornerRadius: PILL.height / 2, opacity: 1, ...(!names && { tooltip: null }) },
    encoding: {
      ...{ x: { ...x, field: "left" }, x2: { field: "right" } },
      ...{ y: { ...y, field: "top" }, y2: { field: "bottom" } },
      ...{ color, ...(names && { tooltip }) },
    },
  };
  return names ? [shapes, nameMarks(marks, height)] : [shapes];
}

/** The names on what is wide enough for one. */
function nameMarks(marks: readonly Mark[], height: number): object {
  const { x, y } = scales(height);
  const values = marks
    .filter(({ row }) => row.outcome !== "same")
    .map(({ row, left, right, top, bottom }) => ({
      name: row.mnemonic,
      ...{ middle: (left + right) / 2, center: (top + bottom) / 2 + 0.5 },
    }));
  return {
    data: { values },
    mark: { type: "text", font: MONO, color: "#FFFFFF", baseline: "middle", fontSize: 11, tooltip: null },
    encoding: { x: { ...x, field: "middle" }, y: { ...y, field: "center" }, text: { field: "name" } },
  };
}
