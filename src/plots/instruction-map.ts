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
  unlisted: { label: "the same, not on the published list", color: FILL.purple },
  traps: { label: "traps", color: FILL.blue },
  same: { label: "same in every ring", color: FILL.quiet },
} as const;

type Group = readonly [title: string, of: (row: InstructionRow) => boolean];

/** From top to bottom. */
const GROUPS: readonly Group[] = [
  ["shows where interrupt and segment tables are", ({ leak }) => leak === "tables"],
  ["shows status bits", ({ leak }) => leak === "status"],
  ["shows the ring, or goes by it", ({ leak }) => leak === "protection"],
  ["fails silently", ({ leak }) => leak === "silence"],
  ["shows time or devices", ({ leak }) => leak === "resources"],
  ["traps", ({ outcome }) => outcome === "traps"],
  ["behaves the same", ({ outcome }) => outcome === "same"],
];
/** Of a map without names. */
const NAMELESS: readonly Group[] = [
  ["does neither", ({ outcome }) => outcome === "differs"],
  ["traps", ({ outcome }) => outcome === "traps"],
  ["behaves the same", ({ outcome }) => outcome === "same"],
];

/** Pixels. What is not named is a small tile. */
const WIDTH = 740;
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
    // "flush" takes a nested panel for as high as its first view.
    bounds: groups.length > 1 ? "full" : "flush",
    spacing: 40,
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

/** One ring: a view for each group, with its name as the title, since titles take the reader's colours. */
function panel(rows: readonly InstructionRow[], names: boolean): object {
  const groups = (names ? GROUPS : NAMELESS)
    .map(([title, of]) => ({ title, group: rows.filter(of) }))
    .filter(({ group }) => group.length > 0);
  return {
    title: {
      text: `The kernel in ring ${rows[0]!.ring}`,
      ...{ subtitle: count(rows), fontSize: 13, offset: 12 },
    },
    columns: 1,
    bounds: "flush",
    spacing: 30,
    concat: groups.map(({ title, group }) => view(title, group, names)),
  };
}

/** One instruction's mark, in pixels of its view. */
interface Mark {
  row: InstructionRow;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function pills(group: readonly InstructionRow[]): Mark[] {
  const place = { x: -PILL.margin, y: -PILL.margin, width: WIDTH + 2 * PILL.margin };
  return flow(group, place, (row) => row.mnemonic.length).pills.map(({ item, left, right, top }) => ({
    ...{ row: item, left, right, top },
    bottom: top + PILL.height,
  }));
}

function tiles(group: readonly InstructionRow[]): Mark[] {
  const [across, down] = [TILE.width + TILE.gap, TILE.height + TILE.gap];
  const columns = Math.floor(WIDTH / across);
  return group.map((row, n) => {
    const [left, top] = [(n % columns) * across, Math.floor(n / columns) * down];
    return { row, left, right: left + TILE.width, top, bottom: top + TILE.height };
  });
}

function view(title: string, group: readonly InstructionRow[], names: boolean): object {
  const named = names && group[0]!.outcome !== "same";
  const sorted = group.toSorted((a, b) => Number(b.published) - Number(a.published));
  const marks = (named ? pills : tiles)(sorted);
  const height = Math.max(...marks.map(({ bottom }) => bottom));
  const radius = named ? PILL.height / 2 : 2;
  return {
    title: { text: `${title}: ${group.length}`, fontSize: 12, fontWeight: "normal", offset: 5 },
    width: WIDTH,
    height,
    view: { stroke: null },
    layer: [shapes(marks, { height, radius, names }), ...(named ? [nameMarks(marks, height)] : [])],
  };
}

/** Pixels of the view. */
function scales(height: number): { x: object; y: object } {
  const plain = { type: "quantitative", axis: null };
  return {
    x: { ...plain, scale: { domain: [0, WIDTH], nice: false, zero: false } },
    y: { ...plain, scale: { domain: [0, height], nice: false, zero: false, reverse: true } },
  };
}

function shapes(
  marks: readonly Mark[],
  { height, radius, names }: { height: number; radius: number; names: boolean },
): object {
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
  return {
    data: { values },
    mark: { type: "rect", cornerRadius: radius, opacity: 1, ...(!names && { tooltip: null }) },
    encoding: {
      ...{ x: { ...x, field: "left" }, x2: { field: "right" } },
      ...{ y: { ...y, field: "top" }, y2: { field: "bottom" } },
      ...{ color, ...(names && { tooltip }) },
    },
  };
}

function nameMarks(marks: readonly Mark[], height: number): object {
  const { x, y } = scales(height);
  const values = marks.map(({ row, left, right, top, bottom }) => ({
    name: row.mnemonic,
    ...{ middle: (left + right) / 2, center: (top + bottom) / 2 + 0.5 },
  }));
  return {
    data: { values },
    mark: { type: "text", font: MONO, color: "#FFFFFF", baseline: "middle", fontSize: 11, tooltip: null },
    encoding: { x: { ...x, field: "middle" }, y: { ...y, field: "center" }, text: { field: "name" } },
  };
}
