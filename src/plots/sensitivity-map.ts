/**
 * Popek and Goldberg's condition as a map: each instruction of an ISA in the quadrant of "is it sensitive?" and "does it
 * trap in user mode?". Theorem 1 asks that one quadrant be empty. (CACM 17(7), 1974; theorems 1 and 3.)
 */
import { FigureError } from "./columns.ts";
import type { Figure } from "./figure.ts";
import { flow, PILL, type Pill } from "./pills.ts";
import { FILL, MONO, PALETTE } from "./theme.ts";
import { vegaLite } from "./vega.ts";

/** One instruction of one ISA as it was classified. */
export interface SensitivityRow {
  isa: string;
  mnemonic: string;
  /** Traps in user mode and not in supervisor mode. */
  privileged: boolean;
  /** Tries to change the mode or the relocation without a trap. */
  controlSensitive: boolean;
  /** Its result depends on where in memory the program lies. */
  locationSensitive: boolean;
  /** Its result depends on the mode. */
  modeSensitive: boolean;
  /** Sensitive when executed in user mode, which is what a hybrid monitor leaves to the hardware. */
  userSensitive: boolean;
}

const KINDS = {
  hole: { label: "sensitive, does not trap", color: FILL.vermillion },
  supervisor: { label: "the same, but only in supervisor mode", color: FILL.purple },
  caught: { label: "sensitive, traps", color: FILL.blue },
  innocuous: { label: "not sensitive", color: FILL.quiet },
} as const;

/** Pixels. A panel is two quadrants wide. */
const QUADRANT = 172;

/** @throws {FigureError} when there is no row */
export function sensitivityMap(rows: readonly SensitivityRow[]): Figure {
  const isas = [...new Set(rows.map(({ isa }) => isa))];
  if (isas.length === 0) throw new FigureError("the sensitivity map has no instructions to show");
  const title = "One sensitive instruction that does not trap is enough to break a virtual machine monitor";
  const groups = isas.map((isa) => rows.filter((row) => row.isa === isa));
  const spec = {
    title: {
      text: title,
      subtitle: [
        "A monitor works when the upper left quadrant is empty (Popek and Goldberg 1974, theorem 1).",
        "How an instruction is sensitive: C changes mode or resources, L depends on its location, M on the mode.",
      ],
    },
    columns: Math.min(2, groups.length),
    // "full" would make room for titles by an estimate of their width, and tear the columns apart.
    bounds: "flush",
    spacing: { row: 96, column: 64 },
    concat: groups.map(panel),
  };
  return vegaLite(spec, { title, alt: groups.map(sentence).join(" ") });
}

const isSensitive = (row: SensitivityRow) =>
  row.controlSensitive || row.locationSensitive || row.modeSensitive;

function kindOf(row: SensitivityRow): keyof typeof KINDS {
  if (!isSensitive(row)) return "innocuous";
  if (row.privileged) return "caught";
  return row.userSensitive ? "hole" : "supervisor";
}

/** What the theorems say of an ISA, and the count that says it. */
function verdict(rows: readonly SensitivityRow[]): { word: string; count: string } {
  const kinds = rows.map(kindOf);
  const number = (kind: keyof typeof KINDS) => kinds.filter((each) => each === kind).length;
  const escaping = number("hole") + number("supervisor");
  const all = escaping + number("caught");
  const verb = escaping === 1 ? "escapes" : "escape";
  if (all === 0) return { word: "no verdict", count: "no sensitive instruction was found" };
  if (escaping === 0) return { word: "virtualizable", count: `all ${all} sensitive instructions trap` };
  if (number("hole") === 0)
    return {
      word: "hybrid-virtualizable",
      count: `${escaping} of ${all} sensitive ones ${verb}, in supervisor mode`,
    };
  return { word: "not virtualizable", count: `${escaping} of ${all} sensitive instructions ${verb}` };
}

function sentence(rows: readonly SensitivityRow[]): string {
  const escaping = rows.filter((row) => isSensitive(row) && !row.privileged).map(({ mnemonic }) => mnemonic);
  const { word, count } = verdict(rows);
  return `${rows[0]!.isa} is ${word}: ${count}${escaping.length > 0 ? ` (${escaping.join(", ")})` : ""}.`;
}

const lettersOf = (row: SensitivityRow) =>
  `${row.controlSensitive ? "C" : ""}${row.locationSensitive ? "L" : ""}${row.modeSensitive ? "M" : ""}`;

/** The instructions of one quadrant, from (x, y). */
function quadrantPills(rows: readonly SensitivityRow[], x: number, y: number) {
  return flow(rows, { x, y, width: QUADRANT }, (row) => {
    const letters = lettersOf(row).length;
    return row.mnemonic.length + (letters > 0 ? letters + 1 : 0);
  });
}

function panel(rows: readonly SensitivityRow[]): object {
  const quadrant = (sensitive: boolean, privileged: boolean) =>
    rows.filter((row) => isSensitive(row) === sensitive && row.privileged === privileged);
  const upper = [
    quadrantPills(quadrant(true, false), 0, 0),
    quadrantPills(quadrant(true, true), QUADRANT, 0),
  ];
  const middle = Math.max(...upper.map(({ height }) => height));
  const lower = [
    quadrantPills(quadrant(false, false), 0, middle),
    quadrantPills(quadrant(false, true), QUADRANT, middle),
  ];
  const height = middle + Math.max(...lower.map((each) => each.height));
  const pills = [...upper, ...lower].flatMap((each) => each.pills);
  const { word, count } = verdict(rows);
  const size = { width: 2 * QUADRANT, height, middle };
  const [escaped, caught] = upper.map((each) => each.pills.length > 0);
  return {
    title: { text: `${rows[0]!.isa}: ${word}`, subtitle: count, fontSize: 13, offset: 8 },
    width: size.width,
    height,
    layer: [hole(size, !escaped && caught === true), ...quadrantLines(size), ...pillMarks(pills, size)],
  };
}

interface Size {
  width: number;
  height: number;
  middle: number;
}

/** Axes in pixels of the panel: the scale only carries the two words on each side. */
function axes({ width, height, middle }: Size): { x: object; y: object } {
  const axis = { grid: false, ticks: false, domain: false };
  return {
    x: {
      field: "left",
      type: "quantitative",
      scale: { domain: [0, width], nice: false, zero: false },
      axis: {
        ...axis,
        values: [QUADRANT / 2, (3 * QUADRANT) / 2],
        labelExpr: `datum.value < ${QUADRANT} ? 'no' : 'yes, it is privileged'`,
        title: "traps in user mode?",
      },
    },
    y: {
      field: "top",
      type: "quantitative",
      scale: { domain: [0, height], nice: false, zero: false, reverse: true },
      axis: {
        ...axis,
        values: [middle / 2, (middle + height) / 2],
        labelExpr: `datum.value < ${middle} ? 'yes' : 'no'`,
        title: "sensitive?",
      },
    },
  };
}

/** The quadrant that ought to be empty: tinted, and when it is empty though there are sensitive instructions, it says so. */
function hole(size: Size, empty: boolean): object {
  const { x, y } = axes(size);
  const data = { values: [{ left: 0, right: QUADRANT, top: 0, bottom: size.middle }] };
  const tint = {
    mark: { type: "rect", color: PALETTE.vermillion, opacity: empty ? 0.07 : 0.2, tooltip: null },
    encoding: { x, x2: { field: "right" }, y, y2: { field: "bottom" } },
  };
  const [across, down] = [QUADRANT / 2, size.middle / 2];
  const at = (channel: object, pixel: number) => ({ ...channel, field: undefined, datum: pixel });
  const ends = { x2: { datum: across + 58 }, y2: { datum: down + PILL.height / 2 } };
  const pill = {
    mark: { type: "rect", color: FILL.green, cornerRadius: PILL.height / 2, tooltip: null },
    encoding: { x: at(x, across - 58), y: at(y, down - PILL.height / 2), ...ends },
  };
  const note = {
    mark: { type: "text", color: "#FFFFFF", fontSize: 11, baseline: "middle", text: "✓ nothing escapes" },
    encoding: { x: at(x, across), y: at(y, down + 0.5) },
  };
  return { data, layer: empty ? [tint, pill, note] : [tint] };
}

function quadrantLines(size: Size): object[] {
  const rule = { mark: { type: "rule", color: "#7F8489", opacity: 0.6, strokeDash: [3, 3], tooltip: null } };
  return [
    { data: { values: [{}] }, ...rule, encoding: { x: { datum: QUADRANT, type: "quantitative" } } },
    { data: { values: [{}] }, ...rule, encoding: { y: { datum: size.middle, type: "quantitative" } } },
  ];
}

function pillMarks(pills: readonly Pill<SensitivityRow>[], size: Size): object[] {
  const { x, y } = axes(size);
  const kinds = Object.values(KINDS);
  const values = pills.map(({ item: row, left, right, top }) => ({
    ...row,
    letters: lettersOf(row),
    left,
    right,
    top,
    bottom: top + PILL.height,
    textLeft: left + PILL.inset / 2,
    textRight: right - PILL.inset / 2,
    center: top + PILL.height / 2 + 0.5,
    kind: KINDS[kindOf(row)].label,
  }));
  const color = {
    field: "kind",
    type: "nominal",
    title: "instruction is",
    legend: { offset: 22 },
    scale: { domain: kinds.map(({ label }) => label), range: kinds.map((kind) => kind.color) },
  };
  const words = {
    mnemonic: "instruction",
    privileged: "traps in user mode",
    controlSensitive: "control sensitive",
    locationSensitive: "location sensitive",
    modeSensitive: "mode sensitive",
    userSensitive: "sensitive in user mode",
  };
  const tooltip = Object.entries(words).map(([field, title]) => ({ field, title, type: "nominal" }));
  const text = { type: "text", font: MONO, color: "#FFFFFF", baseline: "middle", tooltip: null };
  const at = (field: string) => ({ x: { ...x, field }, y: { ...y, field: "center" } });
  return [
    {
      data: { values },
      layer: [
        {
          mark: { type: "rect", cornerRadius: PILL.height / 2, opacity: 1 },
          encoding: { x, x2: { field: "right" }, y, y2: { field: "bottom" }, color, tooltip },
        },
        {
          mark: { ...text, align: "left", fontSize: 11 },
          encoding: { ...at("textLeft"), text: { field: "mnemonic" } },
        },
        {
          mark: { ...text, align: "right", fontSize: 9, opacity: 0.9 },
          encoding: { ...at("textRight"), text: { field: "letters" } },
        },
      ],
    },
  ];
}
